import { createHash } from 'node:crypto';
import { encodeWandered, parseWandered, type Wandered } from '@kiten/measurement';
import { readIfThere, writeBytes } from './files.ts';

/** Where it is kept how far the normal of a profile has wandered, from one run to the next. */
export class DriftFile {
  readonly #file: string;
  readonly #profile: string;

  /** @param profile its bytes */
  constructor(file: string, profile: Uint8Array) {
    this.#file = file;
    this.#profile = createHash('sha256').update(profile).digest('hex');
  }

  /**
   * `undefined`: there is none yet.
   *
   * @throws KitenError `measurement/drift-malformed`, `measurement/drift-of-another`
   */
  async read(): Promise<Wandered | undefined> {
    const text = await readIfThere(this.#file);
    return text === undefined ? undefined : parseWandered(Buffer.from(text), this.#profile);
  }

  /** @throws KitenError `kiten/file-unwritable` */
  async write(wandered: Wandered): Promise<void> {
    await writeBytes(this.#file, encodeWandered(wandered, this.#profile));
  }
}
