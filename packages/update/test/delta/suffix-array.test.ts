import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BaseIndex } from '../../src/delta/base-index.ts';
import { suffixArray } from '../../src/delta/suffix-array.ts';

/** Texts of few symbols, in which much is repeated. */
const texts = fc
  .integer({ min: 1, max: 256 })
  .chain((symbols) =>
    fc
      .array(fc.integer({ min: 0, max: symbols - 1 }), { maxLength: 120 })
      .map((list) => Uint8Array.from(list)),
  );

test('suffixes are sorted as a comparison of each with each sorts them', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const compared = Array.from(text, (_, index) => index).toSorted((one, other) =>
        Buffer.compare(text.subarray(one), text.subarray(other)),
      );
      expect([...suffixArray(text)]).toEqual(compared);
    }),
    { numRuns: 400 },
  );
});

test('the example of the paper: “mmiissiissiippii”', () => {
  expect([...suffixArray(Buffer.from('mmiissiissiippii'))]).toEqual([
    15, 14, 10, 6, 2, 11, 7, 3, 1, 0, 13, 12, 9, 5, 8, 4,
  ]);
});

test('the longest match is as long as the longest that there is, from two octets on', () => {
  fc.assert(
    fc.property(texts, texts, (base, target) => {
      const index = new BaseIndex(base);
      for (let at = 0; at < target.length; at += 1) {
        const lengths = Array.from(base, (_, from) => common(base.subarray(from), target.subarray(at)));
        const longest = Math.max(0, ...lengths);
        const found = index.longestMatch(target, at);
        expect(found).toBe(longest < 2 ? 0 : longest);
        if (found > 0) expect(lengths[index.position]).toBe(longest);
      }
    }),
    { numRuns: 200 },
  );
});

function common(one: Uint8Array, other: Uint8Array): number {
  const most = Math.min(one.length, other.length);
  for (let length = 0; length < most; length += 1) if (one[length] !== other[length]) return length;
  return most;
}
