import { expect, test } from 'vitest';
import { earStatus, severityOf, tierOf, tiers, worseTier } from '../src/index.ts';

// draft-ietf-rats-ar4si §2.3.2
const boundaries = [
  ['none', -1, 1],
  ['affirming', 2, 31],
  ['affirming', -32, -2],
  ['warning', 32, 95],
  ['warning', -96, -33],
  ['contraindicated', 96, 127],
  ['contraindicated', -128, -97],
] as const;

test.each(boundaries)('%s reaches from %i to %i', (tier, from, to) => {
  for (let value = from; value <= to; value++) expect([value, tierOf(value)]).toEqual([value, tier]);
});

test('the tiers cover all of the 256 values', () => {
  expect(boundaries.reduce((sum, [, from, to]) => sum + to - from + 1, 0)).toBe(256);
});

test.each([128, -129, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2', null, undefined])(
  '%s is no value of a claim',
  (value) => {
    expect(() => tierOf(value as number)).toThrow(expect.objectContaining({ code: 'trust/claim-value' }));
  },
);

test('each tier is worse than those before it', () => {
  expect(tiers).toEqual(['none', 'affirming', 'warning', 'contraindicated']);
  for (const left of tiers)
    for (const right of tiers) {
      const worse = severityOf(left) > severityOf(right) ? left : right;
      expect(worseTier(left, right)).toBe(worse);
    }
});

test('the number of a tier in an EAR is the lowest standard value in it', () => {
  expect(earStatus).toEqual({ none: 0, affirming: 2, warning: 32, contraindicated: 96 });
  for (const tier of tiers) expect(tierOf(earStatus[tier])).toBe(tier);
});
