import { chance } from '@kiten/numerics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attackLabel,
  type Frame,
  gridOf,
  inject,
  injectedKinds,
  offGrid,
  pumpingStation,
} from '../../src/index.ts';

const frame = pumpingStation(2000, chance(7));
const [from, rows] = [1200, 300];
const column = (of: Frame, name: string) => {
  const at = of.channels.indexOf(name);
  return Float64Array.from(
    { length: of.rows },
    (_, row) => of.values[row * of.channels.length + at] as number,
  );
};
const told = (kind: (typeof injectedKinds)[number], channel = 'outflow', more = {}) =>
  inject(frame, { kind, channel, from, rows, ...more }, chance(3));

describe('a fault that is put into readings', () => {
  it.each(injectedKinds)('touches nothing but the rows it names: %s', (kind) => {
    const other = 'inflow';
    const faulty = told(kind, 'outflow', kind === 'swap' ? { other } : {});
    const touched = new Set<string>();
    for (const [at, value] of faulty.values.entries()) {
      if (value === frame.values[at]) continue;
      const row = Math.trunc(at / frame.channels.length);
      expect(row >= from && row < from + rows).toBe(true);
      touched.add(frame.channels[at % frame.channels.length] as string);
    }
    expect([...touched].sort()).toEqual(kind === 'swap' ? ['inflow', 'outflow'] : ['outflow']);
    const label = faulty.labels.get(attackLabel) as Float64Array;
    expect([...label.keys()].filter((row) => label[row] === 1)).toEqual(
      Array.from({ length: rows }, (_, at) => from + at),
    );
  });

  it.each(['bias', 'drift', 'gain', 'alias', 'noise', 'replay'] as const)(
    'stays on the grid of the sensor: %s',
    (kind) => {
      const grid = gridOf(column(frame, 'outlet_pressure'));
      expect(grid.step).toBeCloseTo(0.0061, 9);
      for (const value of column(told(kind, 'outlet_pressure'), 'outlet_pressure'))
        expect(Math.abs(offGrid(value, grid))).toBeLessThan(1e-3);
    },
  );

  it('is as large as it says', () => {
    const before = column(frame, 'outflow');
    const mean = before.reduce((sum, each) => sum + each, 0) / before.length;
    const deviation = Math.sqrt(before.reduce((sum, each) => sum + (each - mean) ** 2, 0) / before.length);
    const moved = (kind: 'bias' | 'drift', size: number, row: number) =>
      ((column(told(kind, 'outflow', { size }), 'outflow')[row] as number) - (before[row] as number)) /
      deviation;
    expect(moved('bias', -2, 1300)).toBeCloseTo(-2, 1);
    expect(moved('drift', 3, from + rows - 1)).toBeCloseTo(3, 1);
    expect(moved('drift', 3, from + rows / 2)).toBeCloseTo(1.5, 1);
  });

  it('of a replacement has another grid and other noise', () => {
    const segment = column(told('replacement', 'outlet_pressure'), 'outlet_pressure').subarray(
      from,
      from + rows,
    );
    expect(gridOf(segment).step).toBeCloseTo(0.0061 * 1.37, 6);
  });

  it('says again what was said before', () => {
    const faulty = told('replay', 'outflow', { source: 100 });
    expect(column(faulty, 'outflow').subarray(from, from + rows)).toEqual(
      column(frame, 'outflow').subarray(100, 100 + rows),
    );
  });

  it.each<[string, object]>([
    ['rows beyond the table', { from: 1900 }],
    ['a recording from the future', { kind: 'replay', source: 1100 }],
    ['a channel that is not there', { channel: 'nothing' }],
    ['a swap with nobody', { kind: 'swap' }],
    ['no size', { size: 0 }],
    ['no rows', { rows: 0 }],
  ])('is refused with %s', (_, wrong) => {
    expect(() =>
      inject(frame, { kind: 'bias', channel: 'outflow', from, rows, ...wrong }, chance(1)),
    ).toThrow(expect.objectContaining({ code: 'measurement/injection-impossible' }));
  });
});

describe('the grid of a series', () => {
  it('is found whatever its step and offset are, and however it was written', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.integer({ min: 1, max: 1000 }),
        (step, offset, seed) => {
          const random = chance(seed);
          const values = Float64Array.from({ length: 600 }, () =>
            Number((offset + Math.floor(60 * random()) * step).toFixed(4)),
          );
          const found = gridOf(values);
          expect(Math.abs(found.step - step)).toBeLessThan(1e-4);
          for (const value of values) expect(Math.abs(offGrid(value, found))).toBeLessThan(0.1);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each<[string, Float64Array]>([
    ['values as by chance', Float64Array.from({ length: 500 }, chance(5))],
    ['a switch', Float64Array.from({ length: 500 }, (_, at) => at % 2)],
    ['nothing', new Float64Array(0)],
    ['what is missing', new Float64Array(50).fill(Number.NaN)],
  ])('is none of %s', (_, values) => {
    expect(gridOf(values).step).toBe(0);
  });
});
