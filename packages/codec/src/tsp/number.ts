import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';

/**
 * Reads an INTEGER that is a mere name: highest octet first, no leading zeros, zero being one octet.
 *
 * @throws KitenError `codec/tsp-number` for one below zero or of more octets than that.
 */
export function readNumber(reader: DerReader, maximumOctets: number): Uint8Array {
  const { offset } = reader;
  const content = reader.integerContent();
  if (content[0]! >= 0x80)
    throw refusal('codec/tsp-number', 'Serial numbers and nonces are not negative.', offset);
  const magnitude = trimmed(content);
  if (magnitude.length > maximumOctets) {
    throw refusal('codec/tsp-number', `The number has more than ${maximumOctets} octets.`, offset);
  }
  return magnitude;
}

/** The same number without leading zeros. */
export function trimmed(number: Uint8Array): Uint8Array {
  let first = 0;
  while (first < number.length - 1 && number[first] === 0) first += 1;
  return number.subarray(first);
}
