import fc from 'fast-check';
import { encodeCbor } from '../../src/cbor/encode.ts';
import { CborFloat, CborSimple, CborTag, type CborValue } from '../../src/cbor/value.ts';
import { wellFormedText } from '../text.ts';

const edges = [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER];
const integer = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(...edges, ...edges.map((edge) => (edge === 0 ? -1 : -edge))),
);
const wideEdges = [2n ** 53n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 64n + 1n, 2n ** 72n];
const wide = fc
  .oneof(
    fc.bigInt(-(2n ** 80n), 2n ** 80n),
    fc.constantFrom(...wideEdges, ...wideEdges.map((edge) => -1n - edge)),
  )
  .filter((value) => !Number.isSafeInteger(Number(value)));
const half = fc.nat(0x3ff).map((mantissa) => mantissa * 2 ** -24);
const fraction = fc
  .oneof(
    fc.double(),
    fc.float(),
    half,
    fc.constantFrom(-0, Number.NaN, 65_504.5, 65_519, 2 ** -24, 2 ** -25, 2 ** 60),
  )
  .filter((value) => !Number.isSafeInteger(value) || Object.is(value, -0));
const integerFloat = fc.oneof(fc.integer(), fc.maxSafeInteger()).map((value) => new CborFloat(value));
const simple = fc.oneof(fc.nat(19), fc.integer({ min: 32, max: 255 })).map((value) => new CborSimple(value));
const plain = fc.constantFrom(true, false, null, undefined);
const tagNumber = fc
  .oneof(fc.nat(300), fc.maxSafeNat(), fc.bigInt(2n ** 53n, 2n ** 64n - 1n))
  .filter((tag) => tag !== 2 && tag !== 3);

/** Values that have an equal in other libraries: no CborTag, CborSimple or CborFloat among them. */
export const commonValue = values(
  fc.oneof(integer, wide, fraction, wellFormedText, fc.uint8Array({ maxLength: 50 }), plain),
);

/** Values in the form that the decoder yields, so that they are equal to what comes back. */
export const cborValue = values(
  fc.oneof(
    integer,
    wide,
    fraction,
    integerFloat,
    wellFormedText,
    fc.uint8Array({ maxLength: 50 }),
    simple,
    plain,
  ),
  (item) => [fc.tuple(tagNumber, item).map(([tag, value]) => new CborTag(tag, value))],
);

function values(
  leaf: fc.Arbitrary<CborValue>,
  more: (item: fc.Arbitrary<CborValue>) => fc.Arbitrary<CborValue>[] = () => [],
): fc.Arbitrary<CborValue> {
  return fc.letrec<{ item: CborValue }>((tie) => ({
    item: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      leaf,
      fc.array(tie('item'), { maxLength: 6 }),
      fc
        .uniqueArray(fc.tuple(tie('item'), tie('item')), {
          maxLength: 6,
          selector: ([key]) => encodeCbor(Object.is(key, -0) ? 0 : key).join(),
        })
        .map((entries) => new Map(entries)),
      ...more(tie('item')),
    ),
  })).item;
}
