import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multiply, select, sorted, sortedFrom } from '../src/index.ts';

const values = fc.array(
  fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.double({ noNaN: true }).map((each) => each + 0),
  ),
  {
    minLength: 1,
    maxLength: 60,
  },
);

describe('an order statistic', () => {
  it('is the one that sorting finds, with all that is less before it', () => {
    fc.assert(
      fc.property(values, fc.nat(), (all, any) => {
        const rank = any % all.length;
        const found = Float64Array.from(all);
        expect(select(found, rank)).toBe(found[rank]);
        expect(found.slice(0, rank).every((each) => each <= (found[rank] as number))).toBe(true);
        expect(found.slice(rank).every((each) => each >= (found[rank] as number))).toBe(true);
        expect(sorted(found)).toEqual(sorted(all));
      }),
    );
  });

  it('is found of what is made to make it hard', () => {
    // What rises and falls again: its ends are the least, round after round.
    const pipe = Float64Array.from({ length: 30_001 }, (_, at) => Math.min(at, 30_000 - at));
    for (const rank of [0, 1, 15_000, 29_999, 30_000])
      expect(select(pipe.slice(), rank)).toBe(sorted(pipe)[rank]);
  });

  it('has all above it in order, where that is asked for', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const first = Math.floor(share * (all.length - 1));
        expect(sortedFrom(all, share).subarray(first)).toEqual(sorted(all).subarray(first));
      }),
    );
  });
});

it('a matrix times a vector is a sum of products a row', () => {
  const entry = fc.integer({ min: -1000, max: 1000 });
  const sizes = fc.tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 5 }));
  const both = sizes.chain(([rows, columns]) =>
    fc.record({
      matrix: fc.array(fc.array(entry, { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      }),
      vector: fc.array(entry, { minLength: columns, maxLength: columns }),
    }),
  );
  fc.assert(
    fc.property(both, ({ matrix, vector }) => {
      const found = multiply(
        Float64Array.from(matrix.flat()),
        Float64Array.from(vector),
        new Float64Array(matrix.length),
      );
      const expected = matrix.map((row) =>
        row.reduce((sum, each, at) => sum + each * (vector[at] as number), 0),
      );
      expect([...found]).toEqual(expected);
    }),
  );
});
