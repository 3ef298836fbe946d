import { claimNames as trustClaims, tierOf as trustTier } from '@kiten/trust';
import { expect, it } from 'vitest';
import { claimNames } from '../src/trust/claims.ts';
import { tierOf, tiersWorstFirst, urgencyOf } from '../src/trust/tiers.ts';

it('judges every value as the trust package does', () => {
  for (let value = -128; value <= 127; value++) expect(tierOf(value), String(value)).toBe(trustTier(value));
});

it('knows the same claims in the same order as the trust package', () => {
  expect(claimNames).toEqual(trustClaims);
});

it('lists the tiers by their urgency', () => {
  expect([...tiersWorstFirst].sort((left, right) => urgencyOf[right] - urgencyOf[left])).toEqual(
    tiersWorstFirst,
  );
});
