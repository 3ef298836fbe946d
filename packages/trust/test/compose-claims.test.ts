import fc from 'fast-check';
import { expect, test } from 'vitest';
import { composeVector, emptyVector, joinValues, rankOf, severityOf, tierOf } from '../src/index.ts';
import { anyClaim, anyValue } from './arbitraries.ts';

const anyPieces = fc.array(fc.record({ claim: anyClaim, value: anyValue }), { maxLength: 20 });
const all = Array.from({ length: 256 }, (_, index) => index - 128);

test('the order of values is total: no two of the 256 share a rank, and 0 has the lowest', () => {
  expect(new Set(all.map(rankOf)).size).toBe(256);
  expect(Math.min(...all.map(rankOf))).toBe(rankOf(0));
});

test('tiers come first in the order, a standard value before ours within a tier', () => {
  for (const left of all)
    for (const right of all) {
      const [one, other] = [severityOf(tierOf(left)), severityOf(tierOf(right))];
      if (one > other) expect(rankOf(left)).toBeGreaterThan(rankOf(right));
      if (one === other && left > 0 && right < 0) expect(rankOf(left)).toBeGreaterThan(rankOf(right));
    }
});

test('the join of values is a semilattice with 0 neutral', () => {
  fc.assert(
    fc.property(anyValue, anyValue, anyValue, (a, b, c) => {
      expect(joinValues(a, b)).toBe(joinValues(b, a));
      expect(joinValues(joinValues(a, b), c)).toBe(joinValues(a, joinValues(b, c)));
      expect(joinValues(a, a)).toBe(a);
      expect(joinValues(a, 0)).toBe(a);
    }),
  );
});

test('composition does not depend on order or repetition', () => {
  fc.assert(
    fc.property(anyPieces, fc.infiniteStream(fc.nat()), (pieces, dice) => {
      const shuffled = [...pieces, ...pieces].map((piece) => ({ piece, key: dice.next().value as number }));
      shuffled.sort((left, right) => left.key - right.key);
      expect(composeVector(shuffled.map(({ piece }) => piece))).toEqual(composeVector(pieces));
    }),
  );
});

test('composition is monotone: one more piece never lowers a claim', () => {
  fc.assert(
    fc.property(anyPieces, anyClaim, anyValue, (pieces, claim, value) => {
      const before = composeVector(pieces);
      const after = composeVector([...pieces, { claim, value }]);
      for (const name of Object.keys(before) as (keyof typeof before)[]) {
        expect(rankOf(after[name])).toBeGreaterThanOrEqual(rankOf(before[name]));
      }
      expect(severityOf(tierOf(after[claim]))).toBeGreaterThanOrEqual(severityOf(tierOf(value)));
    }),
  );
});

test('nothing composes to nothing', () => {
  expect(composeVector([])).toEqual(emptyVector);
});
