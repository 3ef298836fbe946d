import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  claimNames,
  defineProfile,
  joinValues,
  statusOf,
  type Term,
  type TrustVector,
} from '../../src/index.ts';
import { computations } from '../../src/proof/compute.ts';
import { computed } from './by-hand.ts';

const run = (predicate: string, ...inputs: readonly unknown[]) =>
  computations.get(predicate)?.compute(inputs as readonly Term[]);
const bytes = (...values: readonly number[]) => new Uint8Array(Int8Array.from(values));
const all = Array.from({ length: 256 }, (_, index) => index - 128);

test('there are those of docs/verdict-bundle.md, with their inputs', () => {
  const inputs = [...computations].map(([predicate, { inputs }]) => [predicate, inputs]);
  expect(inputs).toEqual([
    ['=next', 1],
    ['=least', 2],
    ['=join', 3],
    ['=status', 2],
  ]);
});

test('a join is that of composition and that of the document, for all pairs of values', () => {
  for (const left of all)
    for (const right of all) {
      const vector = bytes(1, 2, 3, 4, left, 6, 7, 8);
      const joined = run('=join', vector, 'hardware', right);
      expect(joined).toEqual(bytes(1, 2, 3, 4, joinValues(left, right), 6, 7, 8));
      expect(joined).toEqual(computed('=join', [vector, 'hardware', right]));
      expect(vector).toEqual(bytes(1, 2, 3, 4, left, 6, 7, 8));
    }
});

test('a join changes the byte of its claim', () => {
  for (const [index, claim] of claimNames.entries()) {
    const expected = bytes(...claimNames.map((_, at) => (at === index ? -97 : 0)));
    expect(run('=join', new Uint8Array(8), claim, -97)).toEqual(expected);
  }
});

test('the status is that of a profile and that of the document, for any vector', () => {
  const anyValues = fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(anyValues, fc.nat(255), (values, mask) => {
      const vector = Object.fromEntries(
        claimNames.map((name, at) => [name, values[at]]),
      ) as unknown as TrustVector;
      const required = claimNames.filter((_, at) => mask & (1 << at));
      const status = run('=status', bytes(...values), mask);
      expect(status).toBe(statusOf(vector, defineProfile({ name: 'any', required })));
      expect(status).toBe(computed('=status', [bytes(...values), mask]));
    }),
    { numRuns: 2000 },
  );
  // Alone among nothing, each value shows its own tier.
  for (const value of all)
    expect(run('=status', bytes(0, 0, value, 0, 0, 0, 0, 0), 0)).toBe(
      computed('=status', [bytes(0, 0, value, 0, 0, 0, 0, 0), 0]),
    );
});

test('the next integer ends at 2^53 − 1, and the least is one of both', () => {
  expect(run('=next', 0)).toBe(1);
  expect(run('=next', 2 ** 53 - 2)).toBe(2 ** 53 - 1);
  expect(run('=least', -5, 7)).toBe(-5);
  expect(run('=least', 2 ** 53 - 1, 7)).toBe(7);
});

describe('inputs that do not fit give nothing', () => {
  test.each([
    ['=next', [-1]],
    ['=next', [2 ** 53 - 1]],
    ['=next', ['1']],
    ['=next', [bytes(1)]],
    ['=least', [1, '2']],
    ['=least', [bytes(1), 2]],
    ['=join', [bytes(1), 'hardware', 2]],
    ['=join', ['00000000', 'hardware', 2]],
    ['=join', [new Uint8Array(8), 'soul', 2]],
    ['=join', [new Uint8Array(8), 'toString', 2]],
    ['=join', [new Uint8Array(8), 4, 2]],
    ['=join', [new Uint8Array(8), 'hardware', 128]],
    ['=join', [new Uint8Array(8), 'hardware', -129]],
    ['=join', [new Uint8Array(8), 'hardware', '2']],
    ['=status', [new Uint8Array(9), 0]],
    ['=status', [new Uint8Array(8), 256]],
    ['=status', [new Uint8Array(8), -1]],
    ['=status', [new Uint8Array(8), 'all']],
  ] as const)('%s %j', (predicate, inputs) => expect(run(predicate, ...inputs)).toBeUndefined());
});
