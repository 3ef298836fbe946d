import { expect, it } from 'vitest';
import { season } from '../../src/detectors/season.ts';
import { chance } from '../plant.ts';
import { deviates, rowsOf, saidOf } from './watched.ts';

const hour = 3600;
const times = (hours: number, from = 0): number[] =>
  Array.from({ length: hours }, (_, at) => (from + at) * hour);

/** A room that is warm at three in the afternoon, and another that has a rhythm of its own. */
function rooms(moments: readonly number[], period: number, seed: number): number[][] {
  const noise = deviates(chance(seed));
  return moments.map((time) => [
    1.3 * Math.cos((2 * Math.PI * (time - 15 * hour)) / period) + 0.3 * noise(),
    noise(),
  ]);
}

it.each([
  ['the day', 24 * hour],
  ['a period that nobody named', 17.3 * hour],
])('finds %s', (_, period) => {
  const moments = times(24 * 30);
  const learned = season.learn(rowsOf(rooms(moments, period, 1), moments)).period;
  expect(learned / period).toBeCloseTo(1, 2);
});

it('sees the warmth of noon at midnight, and nothing in the same warmth at noon', () => {
  const moments = times(24 * 30);
  const normal = rowsOf(rooms(moments, 24 * hour, 1), moments);
  const later = times(24 * 10, 24 * 40);
  const level = (shift: number) => {
    const rows = rooms(
      later.map((time) => time + shift),
      24 * hour,
      2,
    );
    const found = saidOf(season, normal, rows, later);
    return found.reduce((sum, [fastest]) => sum + (fastest as number), 0) / found.length;
  };
  expect(level(0)).toBeLessThan(1.5);
  expect(level(12 * hour)).toBeGreaterThan(2 * level(0));
});

it('learns nothing from what does not come again, nor without times', () => {
  const noise = deviates(chance(4));
  const moments = times(24 * 30);
  const rows = moments.map(() => [noise(), noise()]);
  expect(season.learn(rowsOf(rows, moments)).period).toBe(0);
  expect(season.learn(rowsOf(rooms(moments, 24 * hour, 1))).period).toBe(0);
});
