import { describe, expect, it } from 'vitest';
import { areEnough, type Claim, heightsFor } from '../../src/learn/budget.ts';
import { calibrationOf, claimsOf, thresholdsOf } from '../../src/learn/calibration.ts';
import { Course } from '../../src/learn/course.ts';
import { countApart, highestOf, type Peaks, peaksOf } from '../../src/learn/peaks.ts';
import { excessesOf, heightOf, rarityOf, tailsOf } from '../../src/learn/tail.ts';
import { chance } from '../plant.ts';

/** Heights of mean 1, exponentially. */
function exponential(count: number, seed: number): Float64Array {
  const random = chance(seed);
  return Float64Array.from({ length: count }, () => -Math.log(1 - random()));
}

/** As a detector tells of it, each stretch between two bounds by itself. */
function courseOf(values: Float64Array, bounds: readonly number[], room = values.length): Course {
  const course = new Course(room);
  for (const [at, from] of bounds.slice(0, -1).entries()) {
    course.begin(from);
    course.push(from, values.subarray(from, bounds[at + 1]), 0, 1);
  }
  course.end();
  return course;
}

function apart(heights: Float64Array, from = 0): Peaks {
  return { rows: heights.map((_, at) => from + 100 * at), heights };
}

describe('peaks', () => {
  it('are as high as the highest of what is near it', () => {
    const series = new Float64Array(60);
    series.set([1, 3, 2], 5);
    series[40] = 4;
    expect(peaksOf(series)).toEqual({ rows: Float64Array.of(6, 40), heights: Float64Array.of(3, 4) });
    expect(peaksOf(series, 0, 0, 30).rows).toEqual(Float64Array.of(6));
    expect(peaksOf(series, 3).rows).toEqual(Float64Array.of(40));
  });

  it('are left out from the lowest on', () => {
    const peaks = apart(Float64Array.of(3, 1, 4, 1, 5));
    expect(highestOf(peaks, 2)).toEqual({ rows: Float64Array.of(200, 400), heights: Float64Array.of(4, 5) });
    expect(highestOf(peaks, 9)).toEqual(peaks);
  });

  it('of several series count once where they are near each other', () => {
    const [one, other] = [apart(Float64Array.of(1, 2, 3)), apart(Float64Array.of(5, 5, 5), 4)];
    expect(
      countApart([
        [one, 2],
        [other, 9],
      ]),
    ).toBe(2);
    expect(
      countApart([
        [one, 0],
        [other, 0],
      ]),
    ).toBe(3);
  });
});

describe('a tail', () => {
  it('says how rare is what was never seen', () => {
    // 10,000 peaks a day: one of a thousand days is by the logarithm of ten million.
    const [tail] = tailsOf([excessesOf(exponential(10_000, 1), 1)]);
    const height = heightOf(tail as never, Math.log(1000));
    expect(height).toBeGreaterThan(0.85 * Math.log(1e7));
    expect(height).toBeLessThan(1.15 * Math.log(1e7));
    expect(rarityOf(tail as never, height)).toBeCloseTo(Math.log(1000));
  });

  it('of a statistic that hardly moved is taken from those that are alike', () => {
    const alike = [exponential(500, 2), exponential(500, 3), new Float64Array(0)];
    const tails = tailsOf(alike.map((heights) => excessesOf(heights, 1)));
    expect(tails[2]).toEqual({ start: 0, rarity: 0, scale: expect.closeTo(0.5, 0) });
    expect(heightOf(tails[2] as never, 5)).toBeGreaterThan(1);
  });

  it('of what never moves is never passed', () => {
    const [tail] = tailsOf([excessesOf(new Float64Array(0), 1)]);
    expect(heightOf(tail as never, 1)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a budget', () => {
  /** Alarms of all together at the heights that a budget of one a day over 100 days gives. */
  const spent = (claims: readonly Claim[]): number => {
    const heights = heightsFor(claims, 100, 1);
    return countApart(claims.map(({ peaks }, at) => [peaks, heights[at] as number]));
  };

  it('is kept to by those that see different things', () => {
    const claims = [4, 5, 6, 7].map((seed, at) => ({
      peaks: apart(exponential(900, seed), 25 * at),
      weight: 1,
    }));
    expect(spent(claims)).toBeLessThanOrEqual(104);
  });

  it('is spent once by those that see the same, but for three standard errors', () => {
    const peaks = apart(exponential(900, 8));
    const claims = [1, 2, 3, 4].map((weight) => ({ peaks, weight }));
    expect(spent(claims)).toBeLessThanOrEqual(70);
    expect(spent(claims)).toBeGreaterThan(60);
  });

  it('is shared by weight where normal data are too short to count, and what is higher than ever asked for', () => {
    const peaks = apart(exponential(1000, 9));
    const [heavy, light] = heightsFor(
      [
        { peaks, weight: 10 },
        { peaks, weight: 1 },
      ],
      ...([1, 0.1] as const),
    ) as [number, number];
    expect(light).toBeGreaterThan(heavy);
    expect(heavy).toBeGreaterThan(Math.max(...peaks.heights));
  });

  it('asks nothing of what never peaked', () => {
    expect(heightsFor([{ peaks: apart(new Float64Array(0)), weight: 1 }], 10, 0.1)).toEqual([Infinity]);
  });
});

describe('a channel that never leaves its own', () => {
  const rows = 8000;
  const random = chance(10);
  const calm = Float64Array.from({ length: rows }, () => random() + random() + random());
  /** A switch that is thrown now and then. */
  const jumpy = calm.map((value) => (random() < 0.002 ? 40 * random() : value));
  const bounds = [0, 2000, 4000, 6000, rows];
  const statistics = [0, 1].map((channel) => ({ channel, sees: 'level' }));
  const calibration = calibrationOf(
    [calm, jumpy].map((each) => courseOf(each, bounds)),
    statistics,
    bounds,
    100,
  );

  it('alarms without waiting for as many times its limit as others reach', () => {
    const [, often] = thresholdsOf(calibration, statistics, 3, Math.log(100)) as unknown as [number, number];
    const [quiet] = thresholdsOf(calibration, statistics, 3, Math.log(100)) as unknown as [number];
    expect(quiet).toBeLessThan(1.5 * 3);
    expect(quiet).toBeLessThan(3 * (calibration.limits[0] as number));
    expect(often).toBeGreaterThan(10);
  });

  it('has the limit by how it is made at least', () => {
    const bounded = statistics.map((each) => ({ ...each, leastLimit: 50 }));
    expect([...thresholdsOf(calibration, bounded, 1, 0)].every((each) => each >= 50)).toBe(true);
  });
});

describe('what is rare by itself', () => {
  const own = [{ channel: 0, sees: 'x' }];
  const bounds = [0, 1000, 2000, 3000, 4000];
  const seen = [courseOf(exponential(4000, 7), bounds)];

  it('has no part of the budget where normal data are too short to say how rare', () => {
    const calibration = calibrationOf(seen, own, bounds, 400);
    const [times, rarity] = heightsFor(claimsOf(calibration, { weight: 1 }, false), 40, 0.1) as [
      number,
      number,
    ];
    expect([Number.isFinite(times), rarity]).toEqual([true, Number.POSITIVE_INFINITY]);
    const [threshold] = thresholdsOf(calibration, own, times, rarity);
    expect(threshold).toBe((calibration.limits[0] as number) * Math.max(1, times));
  });

  it('does not count of statistics that are judged together', () => {
    const { starts, scales, rarest, excess } = calibrationOf(seen, own, bounds, 400, true);
    expect([starts[0], scales[0], rarest.rows.length]).toEqual([0, 0, 0]);
    expect(excess).toEqual(calibrationOf(seen, own, bounds, 400).excess);
  });

  it('is told by the highest values, where there is no room for all', () => {
    const values = exponential(40_000, 11);
    const quarters = [0, 10_000, 20_000, 30_000, 40_000];
    const told = (room: number) => calibrationOf([courseOf(values, quarters, room)], own, quarters, 400);
    const [few, all] = [told(6000), told(40_000)];
    expect(few.limits[0]).toBeCloseTo(all.limits[0] as number, 9);
    expect(few).toEqual({ ...all, limits: few.limits });
  });

  it('is asked for where a year has enough alarms to be counted', () => {
    expect([areEnough(365, 0.1), areEnough(99, 0.1)]).toEqual([true, false]);
  });
});
