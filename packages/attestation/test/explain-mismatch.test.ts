import { tpmHashOf } from '@kiten/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainMismatch, Register } from '../src/index.ts';

const bank = tpmHashOf(11)!;
const start = '\0'.repeat(32);
const digest = (name: string) => name.padEnd(32, '.');
const leadsTo = (digests: readonly string[]) => {
  const register = new Register(bank);
  for (const each of digests) register.extend(each);
  return register.value;
};
const honest = ['a', 'b', 'c', 'd', 'e'].map(digest);
const target = leadsTo(honest);
const explain = (digests: readonly string[]) => explainMismatch(digests, start, target, bank);

describe('a single change of a list is found', () => {
  test('entries behind the end', () => {
    expect(explain([...honest, digest('x'), digest('y')])).toEqual({ kind: 'extended', index: 5 });
  });

  test('an entry put in between', () => {
    expect(explain(honest.toSpliced(2, 0, digest('x')))).toEqual({ kind: 'inserted', index: 2 });
  });

  test('two entries exchanged', () => {
    expect(explain([honest[0]!, honest[2]!, honest[1]!, honest[3]!, honest[4]!])).toEqual({
      kind: 'reordered',
      index: 1,
    });
  });

  test('an entry that is missing, or altered, cannot be told from its traces', () => {
    expect(explain(honest.slice(0, -1))).toEqual({ kind: 'unexplained' });
    expect(explain(honest.with(1, digest('x')))).toEqual({ kind: 'unexplained' });
  });
});

test('every exchange of neighbours is found, wherever it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20 }), fc.nat(), (length, place) => {
      const all = Array.from({ length }, (_, index) => digest(`entry ${index}`));
      const index = place % (length - 1);
      const swapped = all.with(index, all[index + 1]!).with(index + 1, all[index]!);
      expect(explainMismatch(swapped, start, leadsTo(all), bank)).toEqual({ kind: 'reordered', index });
    }),
    { numRuns: 100 },
  );
});
