import { fromHex, toHex } from '../bytes.ts';
import { refusal } from './refusal.ts';
import type { CborValue } from './value.ts';

/**
 * Checks the content of tag 2 or 3 (RFC 8949 §3.4.3). In deterministic encoding it has no leading zeros and is
 * longer than eight octets, since what fits major types 0 and 1 belongs there.
 *
 * @throws KitenError `codec/cbor-bignum-malformed` or `codec/cbor-not-shortest`, with `detail.offset`.
 */
export function checkBignum(
  content: CborValue,
  deterministic: boolean,
  offset: number,
): asserts content is Uint8Array {
  if (!(content instanceof Uint8Array)) {
    throw refusal('codec/cbor-bignum-malformed', 'A bignum holds a byte string.', offset);
  }
  if (deterministic && (content.length <= 8 || content[0] === 0)) {
    throw refusal('codec/cbor-not-shortest', 'A bignum is not in its shortest form.', offset);
  }
}

/** The integer of a bignum, as a number where one can hold it. */
export function bignum(tag: 2 | 3, content: Uint8Array): number | bigint {
  const magnitude = content.length === 0 ? 0n : BigInt(`0x${toHex(content)}`);
  const value = tag === 2 ? magnitude : -1n - magnitude;
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** The big-endian octets of a positive integer, without leading zeros. */
export function magnitudeOctets(magnitude: bigint): Uint8Array {
  const digits = magnitude.toString(16);
  return fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
}
