import { createHmac } from 'node:crypto';
import { concatBytes } from '@kiten/codec';
import { type TpmHash, TpmWriter } from '@kiten/wire';
import { digestOf, hashName } from '../hash.ts';

const label = (text: string): Uint8Array => Buffer.from(`${text}\0`);
const counter = (value: number): Uint8Array => new TpmWriter().uint32(value).result();

/** KDFa (TPM 2.0 Library, Part 1, 11.4.10.2): SP 800-108 in counter mode with HMAC. */
export function kdfa(
  hash: TpmHash,
  key: Uint8Array,
  use: string,
  contextU: Uint8Array,
  contextV: Uint8Array,
  bits: number,
): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let count = 1; (count - 1) * hash.bytes * 8 < bits; count += 1) {
    const message = concatBytes(counter(count), label(use), contextU, contextV, counter(bits));
    blocks.push(createHmac(hashName(hash), key).update(message).digest());
  }
  return concatBytes(...blocks).subarray(0, bits / 8);
}

/** KDFe (Part 1, 11.4.10.3): the concatenation KDF of SP 800-56A. */
export function kdfe(
  hash: TpmHash,
  shared: Uint8Array,
  use: string,
  partyU: Uint8Array,
  partyV: Uint8Array,
  bits: number,
): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let count = 1; (count - 1) * hash.bytes * 8 < bits; count += 1) {
    blocks.push(digestOf(hash, concatBytes(counter(count), shared, label(use), partyU, partyV)));
  }
  return concatBytes(...blocks).subarray(0, bits / 8);
}
