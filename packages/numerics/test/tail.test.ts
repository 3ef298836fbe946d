import { describe, expect, it } from 'vitest';
import { exceededWith, fitTail, median, quantile, robustDeviation, sorted } from '../src/index.ts';

/** Evenly over an exponential distribution of mean 1: no chance is in it. */
const exponential = Float64Array.from({ length: 10_000 }, (_, at) => -Math.log(1 - (at + 0.5) / 10_000));

describe('quantiles', () => {
  it('are linear between ranks', () => {
    const values = sorted([4, 1, 3, 2]);
    expect(quantile(values, 0)).toBe(1);
    expect(quantile(values, 0.5)).toBe(2.5);
    expect(quantile(values, 1)).toBe(4);
    expect(median([5, 1, 9])).toBe(5);
  });

  it('say how far values spread, whatever a few of them do', () => {
    const spread = robustDeviation([...exponential, 1e9, 1e9]);
    expect(spread).toBeCloseTo(robustDeviation(exponential), 2);
  });

  it('are of nothing if there is nothing', () => {
    expect(() => sorted([])).toThrow(expect.objectContaining({ code: 'numerics/empty-sample' }));
  });
});

describe('the tail', () => {
  it('of an exponential distribution is one, and goes on beyond what was seen', () => {
    const tail = fitTail(exponential, 0.1);
    expect(tail.shape).toBeCloseTo(0, 1);
    for (const probability of [0.01, 0.001, 1e-5])
      expect(exceededWith(tail, probability) / -Math.log(probability)).toBeCloseTo(1, 0);
  });

  it('is heavy where values are', () => {
    const pareto = exponential.map((value) => Math.exp(value / 4));
    expect(fitTail(pareto, 0.1).shape).toBeCloseTo(0.25, 1);
  });

  it('is told by the highest of the values, if they hold it', () => {
    const all = exponential.length;
    const highest = sorted(exponential).slice(-Math.ceil(all / 5));
    expect(exceededWith(fitTail(highest, 0.1, all), 0.001)).toBeCloseTo(
      exceededWith(fitTail(exponential, 0.1), 0.001),
      9,
    );
    const few = fitTail(sorted(exponential).slice(-Math.ceil(all / 20)), 0.1, all);
    expect(few.share).toBeCloseTo(1 / 20, 2);
    expect(exceededWith(few, 0.001) / -Math.log(0.001)).toBeCloseTo(1, 0);
  });

  it('is nothing where nothing moves', () => {
    expect(exceededWith(fitTail(new Float64Array(100).fill(7)), 0.001)).toBe(7);
  });
});
