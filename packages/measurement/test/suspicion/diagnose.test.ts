import { describe, expect, it } from 'vitest';
import {
  chance,
  type Diagnosis,
  diagnose,
  type Frame,
  type InjectedKind,
  inject,
  Judge,
  learn,
  pumpingStation,
  type Statistic,
} from '../../src/index.ts';
import { plant } from '../plant.ts';

const [learned, from, rows] = [6000, 7000, 250];
const frame = pumpingStation(8000, chance(11));
const width = frame.channels.length;
const profile = learn(
  {
    ...frame,
    rows: learned,
    values: frame.values.subarray(0, learned * width),
    times: frame.times.subarray(0, learned),
  },
  { alarmsPerDay: 0.1 },
);

function diagnosed(faulty: Frame): Diagnosis {
  const judge = new Judge(profile);
  const seen: Statistic[] = [];
  let [raised, severity] = [0, 0];
  for (let row = learned; row < from + rows; row++) {
    const found = judge.push(faulty.values.subarray(row * width, (row + 1) * width));
    if (row < from || !found.isAlarm || found.worst === undefined) continue;
    raised ||= row;
    severity = Math.max(severity, found.severity);
    seen.push(found.worst);
  }
  expect(raised).toBeGreaterThan(0);
  return diagnose(profile, {
    values: faulty.values.subarray(learned * width, (from + rows) * width),
    ...{ rows: from + rows - learned, raised: raised - learned, severity, seen },
    times: faulty.times.subarray(learned, from + rows),
  });
}

describe('an alarm', () => {
  it.each<[InjectedKind, string, number | undefined]>([
    ['bias', 'outflow', 1],
    ['bias', 'outlet_pressure', -1],
    ['drift', 'network_flow', 2],
    ['freeze', 'pump_current', undefined],
    ['gain', 'vibration', 1.8],
    ['replacement', 'tank_level', 2],
    ['alias', 'tank_pressure', 1],
    ['replay', 'outlet_pressure', undefined],
  ])('is said to be a %s of %s, and when it began', (kind, channel, size) => {
    const faulty = inject(
      frame,
      { kind, channel, from, rows, ...(size === undefined ? {} : { size }) },
      chance(2),
    );
    const { suspicion, began } = diagnosed(faulty);
    expect(suspicion.channels[0]?.channel).toBe(channel);
    expect(suspicion.kind).toBe(kind);
    expect(Math.abs(began - (from - learned))).toBeLessThan(kind === 'drift' ? 60 : 15);
    expect(suspicion.began).toBe(faulty.times[learned + began]);
    expect(suspicion.confidence).toBeGreaterThan(0.3);
  });

  it.each([
    ['tank_level', 'inflow'],
    ['chlorine', 'vibration'],
    ['motor_temperature', 'water_temperature'],
  ])('is said to be a swap of %s and %s, and of no third one', (channel, other) => {
    const { suspicion, began } = diagnosed(
      inject(frame, { kind: 'swap', channel, other, from, rows }, chance(2)),
    );
    expect(suspicion.kind).toBe('swap');
    expect(suspicion.channels.map((each) => each.channel).toSorted()).toEqual([channel, other].toSorted());
    expect(Math.abs(began - (from - learned))).toBeLessThan(5);
  });

  it('is no freeze of a switch that rests as it does: only what was due to change is held', () => {
    const switched = plant(4000, 5, (row, values) => {
      const isOn = Math.trunc(row / 150) % 2;
      values[3] = isOn;
      values[1] = (values[1] as number) + 3 * isOn;
    });
    const known = learn(switched, { alarmsPerDay: 0.1 });
    const [calm, told] = [300, 100];
    const faulty = plant(calm + told, 6, (row, values) => {
      const isOn = Math.trunc(row / 150) % 2;
      values[3] = row < calm ? isOn : 1;
      values[1] = (values[1] as number) + 3 * isOn;
    });
    const { suspicion } = diagnose(known, {
      ...{
        values: faulty.values,
        times: faulty.times,
        rows: calm + told,
        raised: calm,
        severity: 5,
        doubted: [3],
        seen: [],
      },
    });
    expect(suspicion.kind).not.toBe('freeze');
  });

  it('does not blame the neighbours of a sensor that lies', () => {
    const { suspicion } = diagnosed(
      inject(frame, { kind: 'bias', channel: 'outflow', from, rows, size: 2 }, chance(2)),
    );
    expect(suspicion.channels.map(({ channel }) => channel)).toEqual(['outflow']);
  });

  it('is not explained by the step over a gap: behind it there is no past', () => {
    const faulty = inject(frame, { kind: 'bias', channel: 'outflow', from, rows, size: 2 }, chance(2));
    // The plant stood still for a day and a half, until 40 rows before the alarm.
    const [stood, away] = [from - 40, 2000];
    const before = 300;
    const kept = [...Array(before + 40 + rows).keys()].map(
      (at) => (at < before ? stood - away - before : stood - before) + at,
    );
    const values = Float64Array.from(
      kept.flatMap((row) => [...faulty.values.subarray(row * width, (row + 1) * width)]),
    );
    const times = Float64Array.from(kept, (row) => faulty.times[row] as number);
    const { suspicion, began, expected } = diagnose(profile, {
      ...{ values, times, rows: kept.length, raised: before + 43, severity: 5, seen: [] },
    });
    expect(suspicion.channels.map(({ channel }) => channel)).toEqual(['outflow']);
    expect(suspicion.kind).toBe('bias');
    expect(Math.abs(began - (before + 40))).toBeLessThan(5);
    const first = { from: before * width, to: (before + 1) * width };
    for (let at = first.from; at < first.to; at++) expect(expected[at]).toBeCloseTo(values[at] as number, 9);
    // In the rows after it, others say what should be said.
    expect(expected[(before + 20) * width]).not.toBe(values[(before + 20) * width]);
  });

  it('has what should have been said, in the units of the sensor', () => {
    const faulty = inject(frame, { kind: 'bias', channel: 'outflow', from, rows, size: 2 }, chance(2));
    const { expected } = diagnosed(faulty);
    const at = frame.channels.indexOf('outflow');
    let off = 0;
    for (let row = from; row < from + rows; row++)
      off +=
        Math.abs(
          (expected[(row - learned) * width + at] as number) - (frame.values[row * width + at] as number),
        ) / rows;
    expect(off).toBeLessThan(2);
  });
});
