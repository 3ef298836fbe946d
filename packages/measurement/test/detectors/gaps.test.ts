import { describe, expect, it } from 'vitest';
import { detectorKinds, encodeProfile, type Frame, Judge, learn, parseProfile } from '../../src/index.ts';
import { chance } from '../plant.ts';
import { rowsOf, said } from './watched.ts';

/** A basin that rises and falls for hours, and what flows out of it. */
function basin(rows: number, seed: number, missing: (row: number) => boolean): Frame {
  const random = chance(seed);
  const values: number[] = [];
  const times: number[] = [];
  for (let row = 0; row < rows; row++) {
    const level = 3 * Math.sin(row / 15) + 0.05 * (random() - 0.5);
    const flow = 2 * Math.cos(row / 15) + 0.05 * (random() - 0.5);
    if (missing(row)) continue;
    values.push(level, flow);
    times.push(row);
  }
  return {
    ...{ channels: ['level', 'flow'], rows: times.length, interval: 1, timeColumn: 'time' },
    ...{ values: Float64Array.from(values), times: Float64Array.from(times), labels: new Map(), leftOut: [] },
  };
}
const whole = () => false;
/** Forty rows of two hundred, so that half of the course lies between. */
const holes = (row: number) => row % 200 >= 160;

const options = (detectors: string[]) => ({ alarmsPerDay: 10, detectors, isFinestOnly: true });

function judged(
  profile: ReturnType<typeof learn>,
  frame: Frame,
  alter = (_: number, value: number) => value,
) {
  const judge = new Judge(profile);
  return Array.from({ length: frame.rows }, (_, row) => {
    const values = frame.values.slice(2 * row, 2 * row + 2);
    values[0] = alter(row, values[0] as number);
    return judge.push(values, frame.times[row]);
  });
}
const alarms = (found: readonly { readonly isAlarm: boolean }[]) =>
  found.filter(({ isAlarm }) => isAlarm).length;

describe('what looks at rows before a row', () => {
  it.each(['relation', 'state-space', 'noise', 'gradient', 'cusum'])(
    'does not take a gap for a step: %s',
    (name) => {
      const profile = learn(basin(6000, 1, whole), options([name]));
      expect(alarms(judged(profile, basin(3000, 2, holes)))).toBe(0);
    },
  );

  it.each(['relation', 'state-space', 'allan'])(
    'is taught the same by rows with gaps as by rows without: %s',
    (name) => {
      const limits = (missing: (row: number) => boolean) =>
        learn(basin(9000, 1, missing), options([name])).resolutions[0]?.detectors[0]?.calibration.limits;
      for (const [at, limit] of (limits(holes) as Float64Array).entries())
        if (Number.isFinite(limit)) expect(limit / (limits(whole)?.[at] as number)).toBeLessThan(1.5);
    },
  );

  it('sees the same attack behind a gap as before it', () => {
    const profile = learn(basin(6000, 1, holes), options(['relation', 'level']));
    const found = judged(profile, basin(3000, 2, holes), (row, value) => (row >= 1000 ? value + 0.5 : value));
    expect(alarms(found.slice(0, 1000))).toBe(0);
    // Of eighty rows, all but those that have none before them.
    expect(alarms(found.slice(1000))).toBeGreaterThan(0.95 * (found.length - 1000));
  });

  it('keeps the bound of a gap in the profile, and profiles without it have ten intervals', () => {
    const profile = learn(basin(6000, 1, whole), options(['relation']));
    expect(profile.gap).toBe(10);
    const { gap: _, silences: _none, ...older } = profile;
    for (const each of [profile, older]) {
      const read = parseProfile(Buffer.from(encodeProfile(each)));
      expect(read).toEqual(each);
      expect(alarms(judged(read, basin(3000, 2, holes)))).toBe(0);
    }
  });

  it('does not know how long a switch kept its state that changed behind a gap', () => {
    const rows = Array.from({ length: 400 }, (_, row) => [Math.trunc(row / 20) % 2]);
    const kind = detectorKinds.get('steady-time');
    const model = kind?.learn({
      ...rowsOf([...rows.slice(0, 205), ...rows.slice(218)]),
      gaps: [205],
    }) as object;
    expect(model).toEqual({ shortest: Float64Array.of(20), longest: Float64Array.of(20) });
    const detector = kind?.start(model, 1);
    if (detector === undefined) throw new Error('There is none.');
    said(detector, rows.slice(0, 55));
    detector.gap?.();
    expect(
      Math.max(...said(detector, rows.slice(75, 140)).map(([each]) => each as number)),
    ).toBeLessThanOrEqual(1);
  });
});
