import { describe, expect, it } from 'vitest';
import {
  chance,
  type Frame,
  type InjectedKind,
  inject,
  Judge,
  learn,
  pumpingStation,
} from '../../src/index.ts';

const [learned, rows] = [6000, 8000];
const frame = pumpingStation(rows, chance(11));
const width = frame.channels.length;
const some = (of: Frame, from: number, to: number): Frame => ({
  ...of,
  ...{
    rows: to - from,
    values: of.values.subarray(from * width, to * width),
    times: of.times.subarray(from, to),
  },
});
const profile = learn(some(frame, 0, learned), { alarmsPerDay: 0.1 });

/** What sees something, and on which channel, row by row. */
function seen(of: Frame, from: number): { sees: string; channel: string | undefined; row: number }[] {
  const judge = new Judge(profile);
  const found: { sees: string; channel: string | undefined; row: number }[] = [];
  for (let row = from; row < of.rows; row++) {
    const { isAlarm, worst } = judge.push(of.values.subarray(row * width, (row + 1) * width));
    if (isAlarm && worst !== undefined)
      found.push({ sees: worst.sees, channel: of.channels[worst.channel ?? -1], row });
  }
  return found;
}

const faulty = (kind: InjectedKind, channel: string, size?: number) =>
  inject(frame, { kind, channel, from: 7000, rows: 400, ...(size === undefined ? {} : { size }) }, chance(2));

describe('a sensor by itself', () => {
  it('is not suspected as long as it is as it was', () => {
    const found = seen(frame, learned).filter(({ sees }) => /spread|line|grid|repeat/.test(sees));
    expect(found.length).toBeLessThan(20);
  });

  it.each<[string, InjectedKind, string, number | undefined, RegExp]>([
    ['another grid, though its noise is the same', 'replacement', 'chlorine', 1.01, /grid/],
    ['more noise', 'noise', 'voltage', 1, /spread|noise|level|relation/],
    ['a line in its spectrum', 'alias', 'network_flow', 0.25, /line|spread|relation/],
    ['what it said before', 'replay', 'conductivity', undefined, /repeat|relation|level/],
  ])('is found by %s', (_, kind, channel, size, sees) => {
    const found = seen(faulty(kind, channel, size), learned).filter(({ row }) => row >= 7000 && row < 7400);
    expect(found.some((each) => each.channel === channel && sees.test(each.sees))).toBe(true);
  });

  it('is found to repeat itself value for value even where each value is likely', () => {
    const found = seen(faulty('replay', 'room_temperature'), learned);
    expect(found.some(({ sees, channel }) => sees === 'repeat' && channel === 'room_temperature')).toBe(true);
  });

  it('is believed again soon after another grid was over', () => {
    const found = seen(faulty('replacement', 'chlorine', 1.01), learned).filter(
      ({ sees, channel }) => sees === 'grid' && channel === 'chlorine',
    );
    expect(found.some(({ row }) => row < 7400)).toBe(true);
    // It measures in every fifth row.
    expect(found.filter(({ row }) => row >= 7440)).toEqual([]);
  });

  it('is found to say every second value only', () => {
    const at = frame.channels.indexOf('outflow');
    const values = frame.values.map((value, place) =>
      place % width === at && place >= 7000 * width ? Math.round(value / 0.2) * 0.2 : value,
    );
    const found = seen({ ...frame, values }, learned);
    expect(found.some(({ sees, channel }) => sees === 'grid' && channel === 'outflow')).toBe(true);
  });
});
