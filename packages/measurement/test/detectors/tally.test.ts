import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Tally } from '../../src/detectors/tally.ts';

it('counts each number as a map does, again after it was cleared', () => {
  const numbers = fc.array(
    fc.oneof(fc.integer({ min: -4, max: 4 }), fc.nat({ max: 2 ** 31 - 1 }), fc.double({ noNaN: true })),
    { maxLength: 40 },
  );
  const tally = new Tally(40);
  fc.assert(
    fc.property(numbers, (all) => {
      tally.clear();
      const counts = new Map<number, number>();
      for (const each of all) {
        const known = counts.get(each) ?? 0;
        counts.set(each, known + 1);
        expect(tally.count(tally.placeOf(each))).toBe(known);
      }
      expect(new Set([...counts.keys()].map((each) => tally.placeOf(each))).size).toBe(counts.size);
    }),
  );
});
