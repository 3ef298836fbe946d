import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Passages } from '../../src/detectors/passages.ts';
import { shape } from '../../src/detectors/shape.ts';
import { chance } from '../plant.ts';
import { deviates, rowsOf, said } from './watched.ts';

/** Mean and deviation of the passage that ends with a value, and its values. */
function passageAt(values: readonly number[], end: number, window: number) {
  const own = values.slice(end - window + 1, end + 1);
  const mean = own.reduce((sum, each) => sum + each, 0) / window;
  const deviation = Math.sqrt(own.reduce((sum, each) => sum + (each - mean) ** 2, 0) / window);
  return { own, mean, deviation };
}

/** The correlation of the last passage with each earlier one, one after the other. */
function byHand(
  values: readonly number[],
  window: number,
  history: number,
  least: number,
): number | undefined {
  const end = values.length - 1;
  if (values.length < window) return undefined;
  const last = passageAt(values, end, window);
  if (last.deviation < least) return undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (let lag = window; lag <= history - window && end - lag - window + 1 >= 0; lag++) {
    const other = passageAt(values, end - lag, window);
    if (other.deviation < least) continue;
    const covariance =
      last.own.reduce(
        (sum, each, at) => sum + (each - last.mean) * ((other.own[at] as number) - other.mean),
        0,
      ) / window;
    most = Math.max(most, covariance / last.deviation / other.deviation);
  }
  return most;
}

describe('the nearest earlier passage', () => {
  const stretch = fc.oneof(
    fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 30 }),
    fc
      .tuple(fc.double({ min: -20, max: 20, noNaN: true }), fc.integer({ min: 1, max: 20 }))
      .map(([value, rows]) => Array.from({ length: rows }, () => value)),
  );

  it('is the one that a search by hand finds, however long the series and whatever was known before', () => {
    fc.assert(
      fc.property(
        fc.array(stretch, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 3, max: 60 }),
        fc.integer({ min: 0, max: 80 }),
        (stretches, window, more, known) => {
          const values = stretches.flat();
          const [history, least] = [2 * window + more, 0.01];
          const passages = new Passages(window, history, least);
          passages.fill(Float64Array.from(values.slice(0, known)));
          // What is older than the history was never given.
          const from = Math.max(0, Math.min(known, values.length) - history);
          for (let end = known; end < values.length; end++) {
            const found = passages.push(values[end] as number);
            const expected = byHand(values.slice(from, end + 1), window, history, least);
            if (expected === undefined) expect(found).toBeUndefined();
            else if (expected > 1e-9) {
              expect(found?.correlation).toBeCloseTo(expected, 6);
              const [one, other] = [end, end - (found?.lag ?? 0)].map(
                (at) => passageAt(values, at, window).deviation,
              );
              expect(found?.left).toBeCloseTo(
                Math.sqrt((1 - (found?.correlation ?? 0)) * (one as number) * (other as number)),
                9,
              );
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is found as exactly after ten times its history', () => {
    const random = chance(1);
    const values = Array.from({ length: 2000 }, () => 10 * random());
    const passages = new Passages(8, 200, 0.01);
    const found = values.map((value) => passages.push(value)?.correlation);
    for (const end of [1500, 1999])
      expect(found[end]).toBeCloseTo(byHand(values.slice(0, end + 1), 8, 200, 0.01) as number, 10);
  });
});

describe('a channel that does the same every 240 rows, with noise', () => {
  const noise = deviates(chance(2));
  const course = (row: number) => [
    Math.sin((2 * Math.PI * row) / 240) + 0.7 * Math.sin((2 * Math.PI * row) / 60 + 1) + 0.1 * noise(),
  ];
  const rows = Array.from({ length: 4000 }, (_, row) => course(row));
  const model = shape.learn(rowsOf(rows.slice(0, 3000)));
  const heard = (live: number[][]) => said(shape.start(model, 1), live);
  const live = rows.slice(3000);
  const normal = heard(live);
  const statistics = shape.start(model, 1).statistics;
  // A tenth farther than ever, as normal data are few.
  const limits = [0, 1].map((at) =>
    Math.max(statistics[at]?.leastLimit ?? 0, 1.1 * Math.max(...normal.map((each) => each[at] as number))),
  );
  const passing = (found: Float64Array[], at: number) =>
    found.slice(500).filter((each) => (each[at] as number) > (limits[at] as number)).length;
  const altered = (alter: (value: number, row: number) => number) =>
    heard(live.map(([value], row) => [row < 500 ? (value as number) : alter(value as number, row)]));

  it('is no recording', () => {
    expect(Math.max(...normal.map(([, near]) => near as number))).toBeLessThan(2);
  });

  it.each<[string, (value: number) => number]>([
    ['noise', (value) => value + 0.03 * noise()],
    ['an offset', (value) => value + 0.4],
    ['a gain', (value) => 1.3 * value],
  ])('is a recording where it says again what it said, with %s', (_, disguise) => {
    const found = altered((_, row) => disguise((live[row - 480] as number[])[0] as number));
    expect(passing(found, 1)).toBeGreaterThan(300);
  });

  it('is seen to take a course that it never took', () => {
    const found = altered((value, row) => value + (row < 700 ? Math.sin(row / 3) : 0));
    expect(passing(found, 0)).toBeGreaterThan(100);
  });

  it('has no shape while it stands still', () => {
    const still = altered(() => 0.2);
    expect([...(still.at(-1) as Float64Array)]).toEqual([1, 1]);
  });
});
