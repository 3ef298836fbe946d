import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeAttest,
  decodeDigests,
  decodePcrSelections,
  decodePublicArea,
  decodeTpmSignature,
  encodeAttest,
  encodeDigests,
  encodePcrSelections,
  encodePublicArea,
  encodeTpmSignature,
} from '../src/index.ts';
import { attest, pcrSelection, publicArea, tpmSignature } from './tpm-arbitraries.ts';

test('what is encoded is decoded to the same', () => {
  holds(attest, encodeAttest, decodeAttest);
  holds(publicArea, encodePublicArea, decodePublicArea);
  holds(tpmSignature, encodeTpmSignature, decodeTpmSignature);
  holds(fc.array(pcrSelection, { maxLength: 16 }), encodePcrSelections, decodePcrSelections);
  holds(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }), encodeDigests, decodeDigests);
});

function holds<Value>(
  values: fc.Arbitrary<Value>,
  encode: (value: Value) => Uint8Array,
  decode: (bytes: Uint8Array) => Value,
): void {
  fc.assert(
    fc.property(values, (value) => {
      expect(decode(encode(value))).toEqual(value);
    }),
    { numRuns: 300 },
  );
}
