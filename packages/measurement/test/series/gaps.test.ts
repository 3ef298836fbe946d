import { describe, expect, it } from 'vitest';
import { GapWatch, gapFrom, gapsOf } from '../../src/series/gaps.ts';
import { chance } from '../plant.ts';

/** Moments with these steps between them. */
function timesOf(steps: readonly number[]): Float64Array {
  let time = 0;
  return Float64Array.of(
    0,
    ...steps.map((step) => {
      time += step;
      return time;
    }),
  );
}
const even = (rows: number, step = 1) => Array<number>(rows).fill(step);
const gaps = (steps: readonly number[], interval = 1) => {
  const times = timesOf(steps);
  return gapsOf(times, gapFrom(times, interval));
};

describe('rows are missing', () => {
  it.each([
    ['a day of seconds', [...even(100), 86_400, ...even(100)], [101]],
    ['ten rows of a hundred, twice', [...even(60), 10, ...even(60), 10, ...even(60)], [61, 122]],
    ['behind a clock that was put back', [...even(60), -30, ...even(60)], [61]],
  ])('between others: %s', (_, steps, expected) => {
    expect(gaps(steps)).toEqual(expected);
  });

  it.each([
    ['nine of a hundred', [...even(60), 9, ...even(60)]],
    ['an event now and then', Array.from({ length: 500 }, (_, at) => -Math.log(1 - chance(at + 1)()) * 1.4)],
    ['bursts of ten rows, and a pause', Array.from({ length: 500 }, (_, at) => (at % 10 === 9 ? 60 : 1))],
  ])('nowhere, though some come late: %s', (_, steps) => {
    expect(gaps(steps)).toEqual([]);
  });

  it('but not again and again where rows come more slowly than they did, nor within twenty rows', () => {
    const watch = (steps: readonly number[]) => {
      const each = new GapWatch(10);
      return [...timesOf(steps)].filter((time) => each.push(time)).length;
    };
    expect(watch([...even(50), ...even(200, 60)])).toBe(1);
    expect(watch(Array.from({ length: 210 }, (_, at) => (at % 7 === 6 ? 60 : 1)))).toBe(1);
    expect(watch(Array.from({ length: 210 }, (_, at) => (at % 30 === 29 ? 60 : 1)))).toBe(7);
    expect(new GapWatch(10).push(undefined)).toBe(false);
  });
});
