import { refusal } from './der-error.ts';

/** A BIT STRING: whole octets, of which the last leaves `unusedBits` (0–7) low bits unused. */
export interface BitString {
  readonly unusedBits: number;
  readonly bytes: Uint8Array;
}

/** Refuses contents without the leading octet, or whose unused bits aren't zero (X.690 §8.6.2, §11.2.1). */
export function checkBitString(bytes: Uint8Array, start: number, end: number): void {
  if (start === end)
    throw refusal('codec/der-bit-string-empty', 'A BIT STRING begins with its unused bits.', start);
  const unusedBits = bytes[start]!;
  if (unusedBits > 7 || (unusedBits > 0 && end - start === 1)) {
    throw refusal(
      'codec/der-bit-string-unused',
      'The BIT STRING claims more unused bits than it may.',
      start,
    );
  }
  if (unusedBits > 0 && (bytes[end - 1]! & ((1 << unusedBits) - 1)) !== 0) {
    throw refusal('codec/der-bit-string-padding', 'Unused bits of a BIT STRING are zero in DER.', end - 1);
  }
}

/**
 * The numbers of the bits set in a checked BIT STRING that names its bits. Trailing zero bits are left out in DER
 * (X.690 §11.2.2), so the last bit is always set.
 */
export function namedBits(bytes: Uint8Array, start: number, end: number): number[] {
  const unusedBits = bytes[start]!;
  const count = (end - start - 1) * 8 - unusedBits;
  const set: number[] = [];
  for (let bit = 0; bit < count; bit += 1) {
    if ((bytes[start + 1 + (bit >> 3)]! & (0x80 >> (bit & 7))) !== 0) set.push(bit);
  }
  if (count > 0 && set.at(-1) !== count - 1) {
    throw refusal(
      'codec/der-named-bits-trailing-zero',
      'A list of named bits ends with a bit that is set.',
      end - 1,
    );
  }
  return set;
}

/** The content octets of a list of named bits, bit 0 being the highest of the first octet. */
export function namedBitsContent(set: readonly number[]): Uint8Array {
  const count = Math.max(-1, ...set) + 1;
  const content = new Uint8Array(1 + Math.ceil(count / 8));
  content[0] = (8 - (count % 8)) % 8;
  for (const bit of set) content[1 + (bit >> 3)]! |= 0x80 >> (bit & 7);
  return content;
}
