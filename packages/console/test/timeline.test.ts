import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PastVerdict } from '../src/api/device.ts';
import { claimNames, type TrustVector } from '../src/trust/claims.ts';
import { timelineOf } from '../src/trust/timeline.ts';

const vector = (changes: Partial<TrustVector> = {}) =>
  ({ ...Object.fromEntries(claimNames.map((name) => [name, 0])), ...changes }) as TrustVector;
const verdict = (at: number, change: Partial<PastVerdict> = {}): PastVerdict => ({
  ...{ epoch: at, at, status: 'none', overdue: false, vector: vector() },
  ...change,
});

describe('a timeline', () => {
  it('is none where nothing was judged yet', () => {
    expect(timelineOf([], 10)).toBeUndefined();
  });

  it('has a span for each time that a claim was of one tier', () => {
    const verdicts = [
      verdict(0),
      verdict(40, { status: 'warning', vector: vector({ executables: -50 }) }),
      // Another warning is the same tier.
      verdict(60, { status: 'warning', vector: vector({ executables: 40 }) }),
      verdict(80, { status: 'affirming', vector: vector({ executables: 2 }) }),
    ];
    const rows = new Map(timelineOf(verdicts, 100)?.rows.map(({ name, spans }) => [name, spans]));
    expect(rows.get('executables')?.map(({ tier, start, width }) => [tier, start, width])).toEqual([
      ['none', 0, 0.4],
      ['warning', 0.4, 0.4],
      ['affirming', 0.8, 0.2],
    ]);
    expect(rows.get('status')?.map(({ tier }) => tier)).toEqual(['none', 'warning', 'affirming']);
    expect(rows.get('hardware')).toHaveLength(1);
  });

  it('leaves no gap, whatever the verdicts', () => {
    const value = fc.integer({ min: -128, max: 127 });
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 1e12 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(times, fc.array(value, { minLength: 20, maxLength: 20 }), (ats, values) => {
        const sorted = ats.toSorted((left, right) => left - right);
        const verdicts = sorted.map((at, index) =>
          verdict(at, { vector: vector({ hardware: values[index]! }) }),
        );
        const timeline = timelineOf(verdicts, (sorted.at(-1) ?? 0) + 5)!;
        for (const { spans } of timeline.rows) {
          expect(spans[0]?.from).toBe(timeline.from);
          expect(spans.at(-1)?.until).toBe(timeline.until);
          for (const [index, span] of spans.entries()) {
            expect(span.until).toBe(spans[index + 1]?.from ?? timeline.until);
            expect(span.tier).not.toBe(spans[index + 1]?.tier);
          }
          expect(spans.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(1);
        }
      }),
    );
  });
});
