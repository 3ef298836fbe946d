import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareTrust, emptyVector, type Standing, standings, type TrustState, tiers } from '../src/index.ts';
import { anyClaim, anyValue } from './arbitraries.ts';

const state = (more: Partial<TrustState['verdict']> = {}, standing: Standing = 'admitted'): TrustState => ({
  standing,
  verdict: { vector: emptyVector, status: 'none', overdue: false, ...more },
});
const claim = (executables: number) => state({ vector: { ...emptyVector, executables } });

const anyState: fc.Arbitrary<TrustState> = fc
  .record({
    standing: fc.constantFrom(...standings),
    status: fc.constantFrom(...tiers),
    overdue: fc.boolean(),
    values: fc.array(fc.tuple(anyClaim, anyValue), { maxLength: 3 }),
  })
  .map(({ standing, status, overdue, values }) =>
    state({ status, overdue, vector: { ...emptyVector, ...Object.fromEntries(values) } }, standing),
  );

test.each([
  ['admitted to quarantined', state(), state({}, 'quarantined'), 'fall'],
  ['revoked to quarantined', state({}, 'revoked'), state({}, 'quarantined'), 'rise'],
  ['becoming overdue', state(), state({ overdue: true }), 'fall'],
  ['affirming to none', claim(2), claim(0), 'fall'],
  ['none to warning', claim(0), claim(32), 'fall'],
  ['contraindicated to warning', claim(96), claim(-33), 'rise'],
  ['none to affirming', claim(1), claim(2), 'rise'],
  ['one affirming value to another', claim(3), claim(2), 'fall'],
  ['nothing', claim(3), claim(3), 'same'],
  ['worse standing, better claim', claim(96), { ...claim(2), standing: 'revoked' } as TrustState, 'fall'],
])('%s is a %4$s', (_, before, after, direction) => {
  expect(compareTrust(before, after)).toBe(direction);
});

test('a subject that appears rises, unless it is revoked', () => {
  expect(compareTrust(undefined, state())).toBe('rise');
  expect(compareTrust(undefined, state({}, 'quarantined'))).toBe('rise');
  expect(compareTrust(undefined, state({}, 'revoked'))).toBe('same');
});

test('what rises one way falls the other, and what stays is the same', () => {
  fc.assert(
    fc.property(anyState, anyState, (one, other) => {
      expect(compareTrust(one, structuredClone(one))).toBe('same');
      if (compareTrust(one, other) === 'rise') expect(compareTrust(other, one)).toBe('fall');
      if (compareTrust(one, other) === 'same') expect(other).toEqual(one);
    }),
  );
});
