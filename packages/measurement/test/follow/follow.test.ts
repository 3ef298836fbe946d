import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  driftsOf,
  encodeWandered,
  type FollowOptions,
  type Frame,
  Judge,
  learn,
  parseWandered,
  standardDetectors,
  type Wandered,
} from '../../src/index.ts';
import { plant } from '../plant.ts';

/** A row every ten minutes. */
const interval = 600;
const rowsPerDay = 144;
/** Of speed, flow, pressure, temperature. */
const deviations = [58, 3.9, 0.117, 0.15];
const [pressure, temperature] = [2, 3];

// The pressure stands still now and then as it is written; that is none of what is asked here.
const detectors = standardDetectors.filter((name) => name !== 'freeze');
const profile = learn({ ...plant(6000, 1), interval }, { alarmsPerDay: 0.1, detectors });

/** The plant, one channel of which is off by so many deviations after so many days. */
const drifting = (days: number, channel: number, by: (day: number) => number): Frame =>
  plant(days * rowsPerDay, 2, (row, values) => {
    values[channel] = (values[channel] as number) + by(row / rowsPerDay) * (deviations[channel] as number);
  });

interface Course {
  readonly judge: Judge;
  /** Days until the first alarm. */
  readonly alarm: number | undefined;
  readonly sees: string | undefined;
}

function judged(frame: Frame, follow?: FollowOptions, timeOf?: (row: number) => number): Course {
  const judge = new Judge(profile, follow === undefined ? {} : { follow });
  let first: { readonly alarm: number; readonly sees: string | undefined } | undefined;
  for (let row = 0; row < frame.rows; row++) {
    const { isAlarm, worst } = judge.push(frame.values.subarray(row * 4, row * 4 + 4), timeOf?.(row));
    if (isAlarm) first ??= { alarm: row / rowsPerDay, sees: worst?.sees };
  }
  return { judge, alarm: first?.alarm, sees: first?.sees };
}

const driftOf = ({ judge }: Course, channel: number): number => judge.wandered?.drift[channel] as number;

describe('a normal that wanders slowly', () => {
  it('does not wander by itself, nor alarm', () => {
    const calm = judged(
      drifting(40, temperature, () => 0),
      {},
    );
    expect(calm.alarm).toBeUndefined();
    expect(Math.abs(driftOf(calm, temperature))).toBeLessThan(0.2);
  });

  it.each([
    ['that goes with others', pressure],
    ['that stands for itself', temperature],
  ])('is followed on a channel %s, where it alarms otherwise', (_, channel) => {
    const ageing = drifting(30, channel, (day) => 0.05 * day);
    expect(judged(ageing).alarm).toBeLessThan(25);
    const followed = judged(ageing, {});
    expect(followed.alarm).toBeUndefined();
    expect(driftOf(followed, channel)).toBeGreaterThan(0.9);
    const [farthest] = driftsOf(profile, followed.judge.wandered as Wandered);
    expect(farthest?.channel).toBe(profile.channels[channel]);
    expect(farthest?.amount).toBeCloseTo((farthest?.deviations ?? 0) * (deviations[channel] as number), 1);
  });

  it.each([
    ['that goes with others', pressure],
    ['that stands for itself', temperature],
  ])('that is moved faster than it may is an attack, on a channel %s', (_, channel) => {
    const frog = judged(
      drifting(20, channel, (day) => 0.3 * day),
      {},
    );
    expect(frog.alarm).toBeLessThan(10);
    expect(driftOf(frog, channel)).toBeLessThan(0.1 * (frog.alarm as number) + 0.6);
  });

  it.each([
    ['that goes with others', pressure],
    ['that stands for itself', temperature],
  ])(
    'that is moved as slowly as it may is stopped where it may go no farther, on a channel %s',
    (_, channel) => {
      const slow = judged(
        drifting(45, channel, (day) => 0.07 * day),
        {},
      );
      expect(slow.sees).toBe('drift');
      expect(slow.alarm).toBeGreaterThan(20);
      expect(slow.alarm).toBeLessThan(45);
      expect(driftOf(slow, channel)).toBeLessThanOrEqual(2);
    },
  );

  it('is not learned from what is out of place at once', () => {
    const biased = judged(
      drifting(10, pressure, (day) => (day < 5 ? 0 : 2)),
      {},
    );
    expect(biased.alarm).toBeGreaterThanOrEqual(5);
    expect(biased.alarm).toBeLessThan(5.2);
    expect(Math.abs(driftOf(biased, pressure))).toBeLessThan(0.2);
  });

  it('moves by no more than a day allows, whatever is read and however fast it comes', () => {
    const rules = { perDay: 0.1, most: 2 };
    const judge = new Judge(profile, { follow: { rules } });
    const frame = drifting(20, temperature, () => 0.5);
    for (let row = 0; row < frame.rows; row++) {
      // All of twenty days within one.
      judge.push(frame.values.subarray(row * 4, row * 4 + 4), row * 25);
      for (const each of judge.wandered?.drift ?? []) expect(Math.abs(each)).toBeLessThanOrEqual(0.1 + 1e-9);
    }
  });

  it('goes on after a rest from where it was, on the same day', () => {
    const ageing = drifting(20, temperature, (day) => 0.05 * day);
    const half = {
      ...ageing,
      rows: 10 * rowsPerDay + 70,
      values: ageing.values.subarray(0, 4 * (10 * rowsPerDay + 70)),
    };
    const rest = {
      ...ageing,
      rows: ageing.rows - half.rows,
      values: ageing.values.subarray(half.values.length),
    };
    const wandered = judged(half, {}).judge.wandered as Wandered;
    const from = parseWandered(encodeUtf8(encodeWandered(wandered, 'ab')), 'ab');
    expect(from).toEqual(wandered);
    expect(from.passed).toBeGreaterThan(0);
    const [through, resumed] = [judged(ageing, {}), judged(rest, { from })];
    expect(driftOf(resumed, temperature)).toBeCloseTo(driftOf(through, temperature), 1);
  });
});

describe('what has drifted is refused', () => {
  const unmoved = { drift: new Float64Array(4), morning: new Float64Array(4), passed: 0 };
  const text = encodeWandered(unmoved, 'ab');
  it.each([
    ['if it is nothing', ''],
    ['if it is something else', '{"format":"kiten-measurement-profile"}'],
    ['if a number is missing', text.replace('0,', 'null,')],
    ['if its day has a wrong length', text.replace('"passed":0', '"passed":-1')],
  ])('%s', (_, wrong) => {
    expect(() => parseWandered(encodeUtf8(wrong), 'ab')).toThrow(
      expect.objectContaining({ code: 'measurement/drift-malformed' }),
    );
  });

  it('if it is of another profile, or of other channels', () => {
    expect(() => parseWandered(encodeUtf8(text), 'cd')).toThrow(
      expect.objectContaining({ code: 'measurement/drift-of-another' }),
    );
    const from = { ...unmoved, drift: new Float64Array(3) };
    expect(() => new Judge(profile, { follow: { from } })).toThrow(
      expect.objectContaining({ code: 'measurement/drift-malformed' }),
    );
  });

  it('and nothing is followed if nobody says how long a day is', () => {
    expect(() => new Judge({ ...profile, interval: undefined }, { follow: {} })).toThrow(
      expect.objectContaining({ code: 'measurement/interval-unknown' }),
    );
  });
});
