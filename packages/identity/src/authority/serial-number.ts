import { KitenError } from '@kiten/codec';
import type { Random } from '../random.ts';

const octets = 16;

/**
 * A serial number of 128 random bits (RFC 5280 §4.1.2.2 allows 159; unpredictability is what counts, since it keeps
 * a chosen-prefix collision from being prepared): highest octet first, no leading zeros.
 */
export function randomSerialNumber(random: Random): Uint8Array {
  const number = random(octets);
  const first = number.findIndex((octet) => octet !== 0);
  if (number.length !== octets || first < 0) {
    throw new KitenError(
      'identity/random-short',
      `The random source gave no ${octets} octets for a serial number.`,
    );
  }
  return first === 0 ? number : number.subarray(first);
}
