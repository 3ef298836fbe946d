import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SequenceSet } from '../../src/persistence/sequence-set.ts';

const highest = 60;
const range = fc.tuple(fc.integer({ min: 0, max: highest }), fc.integer({ min: 0, max: 12 }));

it('holds what a set of numbers would hold, in as few ranges as there are gaps', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 40 }), (ranges) => {
      const set = new SequenceSet();
      const model = new Set<number>([0]);
      for (const [start, length] of ranges) {
        set.addRange(start, start + length);
        for (let number = start; number < start + length; number++) model.add(number);
      }
      for (let number = 0; number <= highest + 12; number++) {
        expect(set.has(number)).toBe(model.has(number));
        let missing = number;
        while (model.has(missing)) missing++;
        expect(set.firstMissing(number)).toBe(missing);
      }
      expect(set.floor).toBe(set.firstMissing(0));
      const bounds = [set.floor, ...set.ranges];
      for (const [index, bound] of bounds.slice(1).entries())
        expect(bound).toBeGreaterThan(bounds[index] as number);
    }),
  );
});
