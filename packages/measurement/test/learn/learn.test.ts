import { expect, it } from 'vitest';
import { learn } from '../../src/index.ts';
import { plant } from '../plant.ts';

it('learning tells how far it is, step by step, up to the end', () => {
  const told: number[] = [];
  learn(plant(400, 3), { alarmsPerDay: 1, progress: (done) => told.push(done) });
  expect(told).toEqual(told.toSorted((one, other) => one - other));
  expect(new Set(told).size).toBe(told.length);
  expect(told[0]).toBeGreaterThan(0);
  expect(told.at(-1)).toBe(1);
});
