import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  chance,
  encodeCrossProfile,
  type Frame,
  type InjectedKind,
  inject,
  learnCross,
  parseCrossCheck,
  parseCrossProfile,
  pumpingStation,
} from '../../src/index.ts';
import { threeDevices } from '../station.ts';
import { judged } from './judged.ts';

const learned = 8000;
const from = 9000;
const rows = 250;
const station = pumpingStation(13_000, chance(11));
const profile = learnCross(threeDevices(station, 0, learned), {
  alarmsPerDay: 0.1,
  checks: ['equal net-1/net#outflow net-1/net#network_flow'].map(parseCrossCheck),
});

const attacked = (kind: InjectedKind, channel: string, size: number): Frame =>
  inject(station, { kind, channel, from, rows, size }, chance(2));

describe('sensors of three devices', () => {
  it('raise no alarm beyond the budget while nobody lies', () => {
    // Three and a half days at a tenth of an alarm a day.
    const { alarms } = judged(profile, threeDevices(station, learned, 13_000));
    expect(alarms).toBeLessThanOrEqual(1);
  });

  it.each<[InjectedKind, string, number, string]>([
    ['bias', 'net-1/net#outflow', 1, 'bias'],
    ['bias', 'tank-1/tank#tank_pressure', 1, 'bias'],
    ['bias', 'tank-1/tank#inflow', 1, 'bias'],
    ['drift', 'net-1/net#network_flow', 2, 'drift'],
    ['freeze', 'pump-1/pump#pump_current', 1, 'freeze'],
    ['gain', 'net-1/net#outflow', 1.6, 'gain'],
  ])('name who lies, since when and how: %s of %s', (fault, sensor, size, kind) => {
    const channel = sensor.split('#')[1] as string;
    const { told, last } = judged(
      profile,
      threeDevices(attacked(fault, channel, size), learned, from + rows - 20),
    );
    expect(last).toMatchObject({ isTold: true, tier: 'warning' });
    const [first] = last?.sensors ?? [];
    expect(first).toMatchObject({ sensor, device: sensor.split('/')[0] });
    expect(first?.probability).toBeGreaterThan(0.8);
    expect(told.flatMap(({ sensors }) => sensors.slice(0, 1).map((each) => each.kind))).toContain(kind);
    expect(Math.abs((last?.since ?? 0) / 60 - from)).toBeLessThan(fault === 'bias' ? 5 : 60);
    expect(first?.reasons.some(({ weight }) => weight > 0)).toBe(true);
  });

  it('say what it said and what it should have said', () => {
    const { last } = judged(profile, threeDevices(attacked('bias', 'outflow', 1), learned, from + rows - 20));
    const { said = 0, expected = 0 } = last?.sensors[0] ?? {};
    const deviation = 13;
    expect(said - expected).toBeGreaterThan(0.7 * deviation);
    expect(said - expected).toBeLessThan(1.3 * deviation);
  });

  it('are no liars for being silent', () => {
    const tables = threeDevices(station, learned, 11_000);
    const silent = tables.map(({ stream, frame }) => {
      if (stream !== 'net-1/net') return { stream, frame };
      // Two hours, and then it goes on.
      const kept = [...frame.times.keys()].filter((row) => row < 1000 || row >= 1120);
      const width = frame.channels.length;
      return {
        stream,
        frame: {
          ...frame,
          rows: kept.length,
          times: Float64Array.from(kept, (row) => frame.times[row] as number),
          values: Float64Array.from(
            kept.flatMap((row) => [...frame.values.subarray(row * width, (row + 1) * width)]),
          ),
        },
      };
    });
    expect(judged(profile, silent).alarms).toBeLessThanOrEqual(1);
  });

  it('propose pairs that explain each other, the strongest first', () => {
    const { related } = profile;
    expect(related.length).toBeGreaterThan(5);
    expect(related.every(({ explained }) => explained >= 0.8 && explained <= 1)).toBe(true);
    expect(related.map(({ explained }) => explained)).toEqual(
      related.map(({ explained }) => explained).toSorted((one, other) => other - one),
    );
    // What flows in follows what flows out, and the voltage of the mains nothing.
    const names = related.map(({ check }) => check.sensors.map(({ channel }) => channel).join(' '));
    expect(names).toContain('inflow outflow');
    expect(names.some((name) => name.includes('voltage'))).toBe(false);
  });

  it('go on as they were from a file', () => {
    const read = parseCrossProfile(encodeUtf8(encodeCrossProfile(profile)));
    expect(read).toEqual(profile);
    const tables = threeDevices(attacked('bias', 'outflow', 1), from - 200, from + 50);
    expect(judged(read, tables)).toEqual(judged(profile, tables));
  });
});
