import { expect, it } from 'vitest';
import { type Frame, learn, summaryOf } from '../../src/index.ts';
import { chance } from '../plant.ts';

function frame(): Frame {
  const random = chance(3);
  const rows = 400;
  const values = Float64Array.from({ length: 2 * rows }, (_, at) =>
    Number((at % 2 === 0 ? 20 + 4 * random() : 1000 + 500 * random()).toFixed(3)),
  );
  const times = Float64Array.from({ length: rows }, (_, row) => 2 * row);
  const about = { timeColumn: 'time', labels: new Map(), leftOut: [], interval: 2 };
  return { ...about, channels: ['level', 'flow'], units: ['m', ''], rows, values, times };
}

it('a profile says in figures as they are read what it takes for normal', () => {
  const learned = frame();
  const { channels, ...rest } = summaryOf(learn(learned, { alarmsPerDay: 0.5, isFinestOnly: true }));
  expect(rest).toEqual({ rows: 400, interval: 2, alarmsPerDay: 0.5 });
  expect(channels.map(({ channel, unit }) => [channel, unit])).toEqual([
    ['level', 'm'],
    ['flow', ''],
  ]);
  for (const [at, { mean, deviation, least, most }] of channels.entries()) {
    const said = learned.values.filter((_, place) => place % 2 === at);
    const average = said.reduce((sum, each) => sum + each, 0) / said.length;
    const square = said.reduce((sum, each) => sum + (each - average) ** 2, 0) / said.length;
    expect(mean).toBeCloseTo(average, 6);
    expect(deviation).toBeCloseTo(Math.sqrt(square), 6);
    expect(least).toBeCloseTo(Math.min(...said), 6);
    expect(most).toBeCloseTo(Math.max(...said), 6);
  }
});

it('says of least and most nothing where nobody learned them', () => {
  const detectors = ['level'];
  const { channels } = summaryOf(learn(frame(), { alarmsPerDay: 1, isFinestOnly: true, detectors }));
  expect(channels.map(({ least, most }) => [least, most])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ]);
});
