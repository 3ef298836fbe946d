import { expect, it } from 'vitest';
import { cusum } from '../../src/detectors/cusum.ts';
import { mewma } from '../../src/detectors/mewma.ts';
import { chance } from '../plant.ts';
import { deviates, mean, rowsOf, said, saidOf } from './watched.ts';

// Montgomery, Introduction to Statistical Quality Control, table 9.1: the mean is 10 for 20 rows, 11 for 10 more.
const montgomery = [
  ...[9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.2, 10.34],
  ...[9.03, 11.47, 10.51, 9.4, 10.08, 9.37, 10.62, 10.31, 8.52, 10.84],
  ...[10.9, 9.33, 12.29, 11.5, 10.6, 11.08, 10.38, 11.62, 11.31, 10.52],
].map((value) => [value - 10]);

it('cumulative sums are those of the textbook: above 5 from the 29th row on', () => {
  const model = { persistence: Float64Array.of(0), deviations: Float64Array.of(1) };
  const sums = said(cusum.start(model, 1), montgomery).map(([sum]) => sum as number);
  expect(sums.slice(28).map((sum) => Number(sum.toFixed(2)))).toEqual([5.28, 5.3]);
  expect(sums.slice(0, 28).every((sum) => sum < 5)).toBe(true);
  expect(Number(sums[2]?.toFixed(2))).toBe(1.77);
});

it('cumulative sums see a shift up and down alike, and forget it within a hundred rows', () => {
  const model = { persistence: Float64Array.of(0), deviations: Float64Array.of(1) };
  const shifted = (by: number) => [...Array(2000).fill([by]), ...Array(100).fill([0])] as number[][];
  const up = said(cusum.start(model, 1), shifted(1));
  expect(up).toEqual(said(cusum.start(model, 1), shifted(-1)));
  expect(up[1999]?.[0]).toBe(30);
  expect(up.at(-1)?.[0]).toBe(0);
});

it('cumulative sums learn how much of a value stays in the next', () => {
  const noise = deviates(chance(3));
  let value = 0;
  const rows = Array.from({ length: 20_000 }, () => {
    value = 0.8 * value + 0.6 * noise();
    return [value];
  });
  const { persistence, deviations } = cusum.learn(rowsOf(rows));
  expect(persistence[0]).toBeCloseTo(0.8, 1);
  expect(deviations[0]).toBeCloseTo(0.6, 1);
});

it('means of a row that stays are 1 − (1 − λ)ᵗ of it, in units of their covariance', () => {
  const identity = Float64Array.of(1, 0, 0, 1);
  const model = { lower: Float64Array.from([...identity, ...identity]) };
  const found = said(mewma.start(model, 2), Array(10).fill([3, -4]) as number[][]);
  for (const [at, lengths] of found.entries()) {
    expect(lengths[0]).toBeCloseTo(5 * (1 - 0.7 ** (at + 1)), 12);
    expect(lengths[1]).toBeCloseTo(5 * (1 - 0.9 ** (at + 1)), 12);
  }
});

it('means of all channels together see what no channel shows: two that go together, and a little apart', () => {
  const noise = deviates(chance(5));
  const rows = (count: number, apart: number) =>
    Array.from({ length: count }, () => {
      const common = noise();
      return [common + 0.1 * noise() + apart, common + 0.1 * noise() - apart];
    });
  const normal = rowsOf(rows(4000, 0));
  const height = (apart: number) =>
    mean(saidOf(mewma, normal, rows(500, apart)).map(([, length]) => length as number));
  expect(height(0)).toBeLessThan(2);
  expect(height(0.15)).toBeGreaterThan(5);
});
