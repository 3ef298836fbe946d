import { createHash, type Hash, hash } from 'node:crypto';
import { KitenError } from '@kiten/codec';
import { asText, type Fields, fieldsAt, malformed } from './fields.ts';
import type { Hashes } from './model.ts';

/** How many hexadecimal digits each hash function has that counts here. */
const digits: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** The hashes of a file (TUF §4.4). Those of functions that aren't known here are left aside, but one must be known. */
export function parseHashes(fields: Fields): Hashes {
  const hashes = new Map<string, string>();
  for (const [name, value] of Object.entries(fieldsAt(fields, 'hashes'))) {
    const hash = asText(value, 'hashes');
    if (!Object.hasOwn(digits, name)) continue;
    if (hash.length !== digits[name] || !/^[0-9a-f]*$/.test(hash)) {
      throw malformed('hashes', `has the ${name} in lower-case hexadecimal`);
    }
    hashes.set(name, hash);
  }
  if (hashes.size > 0) return hashes;
  throw new KitenError('update/hash-unsupported', 'No hash of a file is by SHA-256, SHA-384 or SHA-512.');
}

/** Takes in a file piece by piece and says whether it is the one with these hashes. */
export class HashCheck {
  readonly #running: readonly { readonly expected: string; readonly hash: Hash }[];

  constructor(hashes: Hashes) {
    this.#running = Array.from(hashes, ([name, expected]) => ({ expected, hash: createHash(name) }));
  }

  update(piece: Uint8Array): void {
    for (const { hash } of this.#running) hash.update(piece);
  }

  /** Whether every hash is as expected. To be asked once. */
  holds(): boolean {
    return this.#running.map(({ expected, hash }) => hash.digest('hex') === expected).every(Boolean);
  }
}

/** Whether these bytes have all of these hashes. */
export function hasHashes(bytes: Uint8Array, hashes: Hashes): boolean {
  return Array.from(hashes, ([name, expected]) => hash(name, bytes, 'hex') === expected).every(Boolean);
}

/** The hashes that a repository of ours writes of a metadata file. */
export function hashesOfBytes(bytes: Uint8Array): { readonly sha256: string } {
  return { sha256: createHash('sha256').update(bytes).digest('hex') };
}
