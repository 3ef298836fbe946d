import { expect, it } from 'vitest';
import { FrameReader, learn } from '../../src/index.ts';
import { chance, plant } from '../plant.ts';

it('learning tells how far it is, step by step, up to the end', () => {
  const told: number[] = [];
  learn(plant(400, 3), { alarmsPerDay: 1, progress: (done) => told.push(done) });
  expect(told).toEqual(told.toSorted((one, other) => one - other));
  expect(new Set(told).size).toBe(told.length);
  expect(told[0]).toBeGreaterThan(0);
  expect(told.at(-1)).toBe(1);
});

it('a relation looks as far back as those that its limits are measured on', () => {
  const random = chance(5);
  const reader = new FrameReader();
  reader.push('a,b,c,d,e,f,g,h,i,j\n');
  for (let row = 0; row < 160; row++)
    reader.push(`${Array.from({ length: 10 }, () => random().toFixed(4)).join(',')}\n`);
  const { resolutions } = learn(reader.end(), { alarmsPerDay: 1, detectors: ['relation'] });
  // 160 rows are enough for two rows before, the 120 of three quarters for one.
  expect(resolutions[0]?.detectors[0]?.model).toMatchObject({ lags: 1 });
});
