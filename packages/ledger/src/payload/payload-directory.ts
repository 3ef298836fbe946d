import { join } from 'node:path';
import { fromHex, toHex } from '@kiten/codec';
import { AtomicFiles } from '../publish/atomic-files.ts';
import { hashBytes } from '../tree/hashing.ts';
import { namesIn, readRegularFile } from '../verify/regular-file.ts';
import { readFailure, writeFailure } from './payload-error.ts';
import {
  decodeFile,
  headBytes,
  isPayloadName,
  type PayloadFile,
  payloadPath,
  type Tombstone,
} from './payload-file.ts';

/** What stands under a digest. */
export type Found = PayloadFile | Tombstone | { readonly state: 'damaged' };

/** The files of a payload store, one a digest, each whole whatever happens. One change at a time. */
export class PayloadDirectory {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * What stands under a digest, from the first `most` bytes of its file; undefined if nothing does.
   *
   * @throws KitenError `ledger/unreadable`.
   */
  async read(digest: Uint8Array, most = headBytes): Promise<Found | undefined> {
    if (digest.length !== hashBytes) return undefined;
    let bytes: Buffer | undefined;
    try {
      bytes = await readRegularFile(join(this.#path, payloadPath(toHex(digest))), most);
    } catch (cause) {
      throw readFailure(cause);
    }
    return bytes === undefined ? undefined : (decodeFile(bytes) ?? { state: 'damaged' });
  }

  /**
   * Puts a file in the place of what was there, and resolves when it is on the disk.
   *
   * @throws KitenError `ledger/disk-full`, `ledger/write-failed`.
   */
  async write(digest: Uint8Array, bytes: Uint8Array): Promise<void> {
    try {
      // One that failed takes no more: the next write has its own.
      const files = new AtomicFiles(this.#path);
      await files.put([{ path: payloadPath(toHex(digest)), bytes }]);
      await files.settle();
    } catch (cause) {
      throw writeFailure(cause);
    }
  }

  /**
   * The digests that have a file.
   *
   * @throws KitenError `ledger/unreadable`.
   */
  async *digests(): AsyncGenerator<Uint8Array> {
    for (const first of await this.#names('')) {
      for (const second of await this.#names(first)) {
        for (const name of await this.#names(join(first, second))) {
          if (isPayloadName(name, first, second)) yield fromHex(name);
        }
      }
    }
  }

  async #names(path: string): Promise<string[]> {
    try {
      return (await namesIn(join(this.#path, path))).sort();
    } catch (cause) {
      throw readFailure(cause);
    }
  }
}
