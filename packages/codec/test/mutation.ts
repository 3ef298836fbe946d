import fc from 'fast-check';
import { KitenError } from '../src/error.ts';

/**
 * Changes one octet of a good encoding, cuts it, or takes an octet out, and holds the decoder to its promise: it decodes, or throws
 * its own error with a code of this package. Every position is tried once with a seeded value, and more at random.
 */
export function holdsUnderMutation(
  good: Uint8Array,
  decode: (bytes: Uint8Array) => unknown,
  numRuns = 1500,
): void {
  const attempt = (bytes: Uint8Array) => {
    try {
      decode(bytes);
    } catch (error) {
      if (!(error instanceof KitenError) || !error.code.startsWith('codec/')) throw error;
    }
  };
  for (let index = 0; index < good.length; index += 1) {
    attempt(good.subarray(0, index));
    attempt(Uint8Array.of(...good.subarray(0, index), ...good.subarray(index + 1)));
    attempt(good.with(index, good[index]! ^ 0x01));
    attempt(good.with(index, good[index]! ^ 0x80));
  }
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (index, octet) => attempt(good.with(index, octet))),
    { numRuns },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), attempt), { numRuns: 300 });
}
