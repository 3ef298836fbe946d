import { expect, it } from 'vitest';
import { gradient } from '../../src/detectors/gradient.ts';
import { histogram } from '../../src/detectors/histogram.ts';
import { steadyTime } from '../../src/detectors/steady-time.ts';
import { chance } from '../plant.ts';
import { rowsOf, saidOf } from './watched.ts';

const column = (values: readonly number[]): number[][] => values.map((value) => [value]);
const first = (found: readonly Float64Array[]): number[] => found.map(([value]) => value as number);

it('a step is held against the steepest rise and the deepest fall', () => {
  const normal = rowsOf(column([0, 1, 2, 1.5, 1, 2]));
  expect(first(saidOf(gradient, normal, column([5, 6, 5, 5, 8])))).toEqual([0, 1, 2, 0, 3]);
});

/** A switch that keeps each state for as many rows as this says. */
const kept = (stretches: readonly number[]): number[][] =>
  stretches.flatMap((rows, at) => Array.from({ length: rows }, () => [at % 2]));

it('a switch keeps its state for no longer and no shorter than it did', () => {
  const normal = rowsOf(kept([3, 4, 5, 6, 5, 4, 5, 6, 4, 5, 6, 4, 5]));
  const found = first(saidOf(steadyTime, normal, kept([2, 4, 5, 9, 2, 4])));
  const usual = found.slice(0, 17);
  expect(Math.max(...usual)).toBeLessThanOrEqual(1);
  expect(found[19]).toBe(9 / 6);
  expect(found[22]).toBe(4 / 2);
});

it('a channel that hardly ever changes has no usual time', () => {
  const normal = rowsOf(kept([50, 50, 50]));
  expect(Math.max(...first(saidOf(steadyTime, normal, kept([1, 1, 300]))))).toBe(0);
});

it('a channel that stays at one of its usual values is seen by where it no longer is', () => {
  const random = chance(1);
  const spread = Array.from({ length: 3000 }, () => [random()]);
  const normal = rowsOf(spread);
  const usual = first(saidOf(histogram, normal, spread.slice(500, 1000)));
  expect(Math.max(...usual)).toBe(0);
  const narrow = Array.from({ length: 120 }, () => [0.45 + 0.1 * random()]);
  expect(first(saidOf(histogram, normal, narrow)).at(-1)).toBeGreaterThan(0.5);
});
