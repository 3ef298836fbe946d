import { expect, it } from 'vitest';
import { ownPast } from '../../src/detectors/own-past.ts';
import { leastSpreads } from '../../src/detectors/spread.ts';
import { learn } from '../../src/index.ts';
import { chance, plant } from '../plant.ts';
import { deviates, rowsOf, said } from './watched.ts';

const louder = (by: number, rows: number, random: () => number) => {
  const noise = deviates(random);
  return Array.from({ length: rows }, () => [by * noise()]);
};
const normal = rowsOf(louder(1, 20_000, chance(7)));

it('a channel that is half as loud again is told from chance by its mean over two hundred rows', () => {
  const model = ownPast.learn(normal);
  const most = (by: number) =>
    said(ownPast.start(model, 1), louder(by, 400, chance(8))).at(-1) as Float64Array;
  for (const [at, least] of leastSpreads.entries()) {
    expect(most(1)[at]).toBeLessThan(least / 2);
    // Over twenty rows it is not.
    if (at > 0) expect(most(1.5)[at]).toBeGreaterThan(least);
  }
  expect(most(1.5)[2]).toBeGreaterThan(4 * (leastSpreads[2] as number));
});

it('a profile from before is loud over the times that were there', () => {
  const { times, ...before } = ownPast.learn(normal);
  expect(times).toBe(leastSpreads.length);
  expect(ownPast.fits(before, 1)).toBe(true);
  expect(ownPast.start(before, 1).statistics.map(({ sees }) => sees)).toEqual(['spread', 'spread', 'line']);
  expect(ownPast.fits({ ...before, times: 4 }, 1)).toBe(false);
});

it.each([
  [780, 0],
  [820, 4],
])(
  'of %i rows %i channels have a noise of their own: what is normal of it is asked of three quarters',
  (rows, count) => {
    const { resolutions } = learn(plant(rows, 3), { alarmsPerDay: 1, detectors: ['own-past'] });
    const model = resolutions[0]?.detectors[0]?.model as ReturnType<typeof ownPast.learn> | undefined;
    expect(model?.floors.filter((floor) => floor > 0).length).toBe(count);
  },
);
