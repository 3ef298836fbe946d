import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError, toHex } from '@kiten/codec';
import { sha256 } from '@kiten/identity';

/** Profiles as files that are called by their digest: what the log names is what is judged by. */
export class ProfileFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Resolves with its SHA-256, hexadecimal, once it is on the disk. */
  async keep(text: Uint8Array): Promise<string> {
    const digest = toHex(sha256(text));
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const written = `${this.#file(digest)}.new`;
    const file = await open(written, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(written, this.#file(digest));
    return digest;
  }

  /** @throws KitenError `kiten/profile-missing`, `kiten/profile-altered` */
  async read(digest: string): Promise<Uint8Array> {
    const text = await readFile(this.#file(digest)).catch((cause: unknown) => {
      throw new KitenError(
        'kiten/profile-missing',
        `The profile ${digest} cannot be read: learn the stream anew.`,
        {
          cause,
        },
      );
    });
    if (toHex(sha256(text)) === digest) return new Uint8Array(text);
    throw new KitenError(
      'kiten/profile-altered',
      `The profile ${digest} is not what was accepted: learn the stream anew.`,
    );
  }

  #file(digest: string): string {
    return join(this.#directory, `${digest}.json`);
  }
}
