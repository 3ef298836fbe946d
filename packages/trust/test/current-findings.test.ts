import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clearFinding, currentFindings, type Finding, settleFindings } from '../src/index.ts';
import { anyHistory, makeFinding } from './arbitraries.ts';

const affirming = (at: number, life = 100) => makeFinding({ value: 2, at }, life);
const warning = (at: number) => makeFinding({ value: 32, at });
const contraindicated = (at: number) => makeFinding({ value: 96, at });
const none = (at: number) => makeFinding({ value: 1, at });
const cleared = (finding: Finding) => clearFinding(finding, { operator: 'ann', reason: 'repaired', at: 500 });

describe('supersession', () => {
  test('the newest finding of an appraiser on an aspect counts', () => {
    expect(currentFindings([warning(1), contraindicated(3), affirming(2)], 10)).toEqual([contraindicated(3)]);
    expect(currentFindings([contraindicated(1), affirming(2)], 10)).toEqual([affirming(2)]);
  });

  test.each<[string, Partial<Finding>]>([
    ['appraiser', { appraiser: 'another' }],
    ['aspect', { aspect: 'another' }],
    ['claim', { claim: 'hardware' }],
    ['subject', { subject: { kind: 'component', id: 'pump-1' } }],
  ])('another %s supersedes nothing', (_, other) => {
    const later = makeFinding({ value: 2, at: 5, ...other }, 100);
    expect(currentFindings([warning(1), later], 10)).toEqual([warning(1), later]);
  });

  test('of the same instant the worse counts, whichever came first', () => {
    for (const [better, worse] of [
      [affirming(4), none(4)],
      [none(4), warning(4)],
      [affirming(4), warning(4)],
      [warning(4), contraindicated(4)],
      [affirming(4, 100), affirming(4, 50)],
      [cleared(contraindicated(4)), warning(4)],
    ] as const) {
      expect(currentFindings([better, worse], 10)).toEqual([worse]);
      expect(currentFindings([worse, better], 10)).toEqual([worse]);
    }
  });

  test('of two that amount to the same, the same one is shown in either order', () => {
    const [one, other] = ['a/one', 'a/other'].map((code) => makeFinding({ value: 32, at: 4, code })) as [
      Finding,
      Finding,
    ];
    expect(currentFindings([one, other], 10)).toEqual(currentFindings([other, one], 10));
  });

  test('a warning is not superseded by evidence of the same instant, only by newer', () => {
    expect(currentFindings([warning(4), affirming(4)], 10)).toEqual([warning(4)]);
    expect(currentFindings([warning(4), affirming(5)], 10)).toEqual([affirming(5)]);
  });

  test('evidence that cannot be understood puts an affirmation aside, never a warning', () => {
    expect(currentFindings([affirming(1), none(2)], 10)).toEqual([none(2)]);
    expect(currentFindings([contraindicated(1), none(2)], 10)).toEqual([contraindicated(1)]);
    expect(currentFindings([contraindicated(1), none(2), affirming(3)], 10)).toEqual([affirming(3)]);
  });
});

describe('lapse', () => {
  test('an affirming finding holds until its end, exclusively', () => {
    expect(settleFindings([affirming(0, 10)], 9)).toEqual({
      counting: [affirming(0, 10)],
      lapsed: [],
      lapsesAt: 10,
    });
    expect(settleFindings([affirming(0, 10)], 10)).toEqual({ counting: [], lapsed: [affirming(0, 10)] });
  });

  test('one that lapsed is not replaced by an older one that would still hold', () => {
    expect(settleFindings([affirming(0, 1000), affirming(1, 5)], 10)).toEqual({
      counting: [],
      lapsed: [affirming(1, 5)],
    });
  });

  test('warnings do not lapse in ten thousand years', () => {
    expect(currentFindings([warning(0)], 4e14)).toEqual([warning(0)]);
  });

  test('what is superseded does not lapse', () => {
    expect(settleFindings([affirming(0, 5), warning(1)], 10).lapsed).toEqual([]);
  });
});

describe('clearing', () => {
  test('a cleared finding counts as if nothing had been said', () => {
    expect(settleFindings([cleared(warning(4))], 10)).toEqual({ counting: [], lapsed: [] });
  });

  test('what it superseded does not come back, neither for better nor for worse', () => {
    const before = [affirming(1, 1000), contraindicated(2), affirming(3, 1000), none(3), affirming(4, 1000)];
    expect(settleFindings([...before, cleared(warning(4))], 10)).toEqual({ counting: [], lapsed: [] });
  });

  test('newer evidence counts again', () => {
    expect(currentFindings([cleared(warning(4)), affirming(5)], 10)).toEqual([affirming(5)]);
    expect(currentFindings([cleared(warning(4)), warning(5)], 10)).toEqual([warning(5)]);
    expect(currentFindings([cleared(warning(4)), none(5)], 10)).toEqual([none(5)]);
  });
});

test('the order and repetition of a history mean nothing', () => {
  fc.assert(
    fc.property(anyHistory, fc.nat(30), fc.infiniteStream(fc.nat()), (history, now, dice) => {
      const shuffled = [...history, ...history]
        .map((finding) => ({ finding, key: dice.next().value as number }))
        .sort((left, right) => left.key - right.key)
        .map(({ finding }) => finding);
      expect(settleFindings(shuffled, now)).toEqual(settleFindings(history, now));
    }),
  );
});

test('what counts, counts again alone: settling is idempotent', () => {
  fc.assert(
    fc.property(anyHistory, fc.nat(30), (history, now) => {
      const counting = currentFindings(history, now);
      expect(currentFindings(counting, now)).toEqual(counting);
    }),
  );
});

test('older evidence, learned of late, changes nothing that was affirmed or warned about since', () => {
  fc.assert(
    fc.property(anyHistory, fc.nat(30), (history, now) => {
      const conclusive = currentFindings(history, now).filter(({ value }) => value < -1 || value > 1);
      const late = conclusive.map((finding) =>
        makeFinding({ ...withoutEnd(finding), value: 2, at: finding.at - 1 }, 99),
      );
      expect(currentFindings([...history, ...late], now)).toEqual(currentFindings(history, now));
    }),
  );
});

function withoutEnd({ holdsUntil: _, ...finding }: Finding): Omit<Finding, 'holdsUntil'> {
  return finding;
}
