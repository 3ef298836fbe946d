import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { encodeProfile, type Frame, Judge, learn, parseProfile } from '../../src/index.ts';
import { plant } from '../plant.ts';

const temperature = 3;
const from = 300;
const say = (value: number, when: (row: number) => boolean) => (row: number, values: number[]) => {
  if (when(row)) values[temperature] = value;
};
/** A historian that writes −999 for five rows, once in a hundred. */
const outages = say(-999, (row) => row % 100 >= 95);
const options = { alarmsPerDay: 1, detectors: ['level', 'relation', 'range', 'freeze'], isFinestOnly: true };
const clean = learn(plant(4000, 1), options);
const filled = learn(plant(4000, 1, outages), options);

function judged(frame: Frame, profile = filled) {
  const judge = new Judge(profile);
  return Array.from({ length: frame.rows }, (_, row) =>
    judge.push(frame.values.subarray(row * 4, row * 4 + 4)),
  );
}
const alarms = (frame: Frame, profile = filled) =>
  judged(frame, profile).filter(({ isAlarm }) => isAlarm).length;

describe('normal data in which −999 says that there was no reading', () => {
  it('teach the same mean and deviation as without it', () => {
    const [own, other] = [filled, clean].map(({ resolutions }) => resolutions[0]?.standard);
    expect(own?.means[temperature]).toBeCloseTo(other?.means[temperature] as number, 2);
    expect(own?.deviations[temperature]).toBeCloseTo(other?.deviations[temperature] as number, 2);
    expect(filled.silences?.[temperature]).toEqual({ fillers: [-999], share: 0.05, most: 5 });
    expect(filled.silences?.[0]).toEqual({ fillers: [], share: 0, most: 0 });
  });

  it('say so in what is kept of them, and what was kept before still judges', () => {
    expect(parseProfile(encodeUtf8(encodeProfile(filled)))).toEqual(filled);
    const { silences: _, ...older } = filled;
    const before = parseProfile(encodeUtf8(encodeProfile(older)));
    expect(before).toEqual(older);
    expect(alarms(plant(500, 2), before)).toBe(0);
    const wrong = { ...filled, silences: filled.silences?.slice(1) ?? [] };
    expect(() => parseProfile(encodeUtf8(encodeProfile(wrong)))).toThrow(
      expect.objectContaining({ code: 'measurement/profile-malformed' }),
    );
  });

  it('do not hide a bias of a third of the span: it is found beside them', () => {
    const biased = plant(1000, 3, (row, values) => {
      if (row >= from) values[temperature] = (values[temperature] as number) + 1.5;
      outages(row, values);
    });
    expect(
      judged(biased)
        .slice(from, from + 60)
        .some(({ isAlarm }) => isAlarm),
    ).toBe(true);
  });
});

describe('a channel that says nothing', () => {
  it('is calm where it is silent as it was, by a value or by none', () => {
    expect(alarms(plant(1500, 2, outages))).toBe(0);
    expect(
      alarms(
        plant(
          1500,
          2,
          say(Number.NaN, (row) => row % 100 >= 95),
        ),
      ),
    ).toBe(0);
  });

  it.each([
    ['for long by the value that normal data have', -999, (row: number) => row >= from],
    ['for long by an empty field', Number.NaN, (row: number) => row >= from],
    ['again and again, every second row', -999, (row: number) => row >= from && row % 2 === 0],
  ])('is an alarm of silence when it is so %s', (_, value, when) => {
    const found = judged(plant(600, 2, say(value, when)));
    const first = found.findIndex(({ isAlarm }) => isAlarm);
    expect(first).toBeGreaterThan(from);
    expect(first).toBeLessThan(from + 60);
    expect(found.slice(first).every(({ isAlarm }) => isAlarm)).toBe(true);
    expect(found.at(-1)?.worst).toEqual({ channel: temperature, sees: 'silence' });
  });

  it('is an alarm also of a set-point, which stands still anyway', () => {
    const still = (silentFrom: number) => (row: number, values: number[]) => {
      values[temperature] = row >= silentFrom ? Number.NaN : 20;
    };
    const profile = learn(plant(4000, 1, still(4000)), options);
    const found = judged(plant(600, 2, still(from)), profile);
    expect(found.slice(0, from).some(({ isAlarm }) => isAlarm)).toBe(false);
    expect(found.slice(from + 9).every(({ isAlarm, worst }) => isAlarm && worst?.sees === 'silence')).toBe(
      true,
    );
  });

  it('is calm again soon after it speaks', () => {
    const found = judged(
      plant(
        600,
        2,
        say(Number.NaN, (row) => row >= from && row < 400),
      ),
    );
    expect(found[399]?.isAlarm).toBe(true);
    expect(found.slice(420).some(({ isAlarm }) => isAlarm)).toBe(false);
  });
});
