import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  detectorKinds,
  encodeProfile,
  type Frame,
  Judge,
  type Judgement,
  learn,
  parseProfile,
} from '../src/index.ts';
import { plant } from './plant.ts';

const profile = learn(plant(6000, 1), { alarmsPerDay: 1 });
const rows = 1200;
const attackedFrom = 600;

/** What is said of each row of a plant that is altered from the middle on. */
function judged(alter: (row: number, values: number[]) => void, from = profile): Judgement[] {
  const frame = plant(rows, 2, (row, values) => {
    if (row >= attackedFrom) alter(row, values);
  });
  return all(frame, new Judge(from));
}

function all(frame: Frame, judge: Judge): Judgement[] {
  const width = frame.channels.length;
  return Array.from({ length: frame.rows }, (_, row) =>
    judge.push(frame.values.subarray(row * width, (row + 1) * width)),
  );
}

const alarms = (judgements: readonly Judgement[]) => judgements.filter(({ isAlarm }) => isAlarm).length;

describe('a stream that was learned', () => {
  it('gives hardly an alarm as long as all is normal', () => {
    expect(alarms(judged(() => undefined))).toBeLessThan(5);
  });

  let held: number | undefined;
  it.each<[string, RegExp, number, (row: number, values: number[]) => void]>([
    [
      'a bias that stays within what is usual',
      /^relation 1/,
      1,
      (_, values) => {
        values[1] = (values[1] as number) + 4;
      },
    ],
    [
      'a drift',
      /^relation 2/,
      2,
      (row, values) => {
        values[2] = (values[2] as number) + 0.002 * (row - attackedFrom);
      },
    ],
    [
      'another gain',
      /^relation 1/,
      1,
      (_, values) => {
        values[1] = 40 + 1.5 * ((values[1] as number) - 40);
      },
    ],
    [
      'a jump out of its range',
      /^(level|relation|range) 3/,
      3,
      (_, values) => {
        values[3] = 26;
      },
    ],
    [
      'another sensor in its place',
      /^(noise|spread) 3/,
      3,
      (_, values) => {
        values[3] = 20 + 0.1 * ((values[3] as number) - 20);
      },
    ],
    [
      'a value that is held',
      /^(freeze|noise) 3/,
      3,
      (_, values) => {
        held ??= values[3];
        values[3] = held as number;
      },
    ],
  ])('gives one for %s, and says which channel carries it', (_, sees, channel, alter) => {
    const found = judged(alter).slice(attackedFrom);
    expect(alarms(found)).toBeGreaterThan(50);
    const seen = found.flatMap(({ isAlarm, worst }) =>
      isAlarm && worst !== undefined ? [`${worst.sees} ${worst.channel}`] : [],
    );
    expect(seen.some((each) => sees.test(each))).toBe(true);
    expect(seen.every((each) => each.endsWith(` ${channel}`) || /undefined|relation|gain/.test(each))).toBe(
      true,
    );
  });

  it('alarms from 1 on and until it is clearly below, so that what hovers is one alarm', () => {
    const hovering = judged((row, values) => {
      values[1] = (values[1] as number) + (row < 700 ? 0.3 : 0);
    });
    let isAlarm = false;
    for (const judgement of hovering) {
      isAlarm = judgement.severity >= (isAlarm ? 0.9 : 1);
      expect(judgement.isAlarm).toBe(isAlarm);
    }
    expect(hovering.filter((each) => each.isAlarm && each.severity < 1).length).toBeGreaterThan(0);
    expect(hovering.slice(720).some((each) => each.isAlarm)).toBe(false);
  });

  it('forgets an attack that is over', () => {
    const frame = plant(rows, 2, (row, values) => {
      if (row >= 600 && row < 700) values[1] = (values[1] as number) + 30;
    });
    const found = all(frame, new Judge(profile));
    expect(alarms(found.slice(600, 700))).toBeGreaterThan(95);
    expect(alarms(found.slice(760))).toBeLessThan(5);
  });

  it('passes over what is missing', () => {
    const found = judged((row, values) => {
      if (row % 2 === 0) values[3] = Number.NaN;
    });
    expect(found.every(({ severity }) => Number.isFinite(severity))).toBe(true);
  });

  it('knows rounded readings, too, from what was learned of them', () => {
    const coarse = (row: Float64Array) => row.map((value) => Math.round(value * 10) / 10);
    const frame = plant(rows, 3);
    const rounded = { ...frame, values: coarse(frame.values) };
    const unaware = alarms(all(rounded, new Judge(profile)));
    expect(alarms(all(rounded, new Judge(profile, { decimals: 1 })))).toBeLessThan(5);
    expect(unaware).toBeGreaterThan(20);
  });

  it('gives more alarms to who puts up with more', () => {
    const patient = alarms(all(plant(6000, 4), new Judge(profile, { alarmsPerDay: 2000 })));
    expect(patient).toBeGreaterThan(alarms(all(plant(6000, 4), new Judge(profile, { alarmsPerDay: 1 }))));
  });
});

describe('detectors that are asked for', () => {
  const steady = plant(1500, 7);

  it('are learned, every one that there is', () => {
    const names = [...detectorKinds.keys()];
    const all = learn(steady, { alarmsPerDay: 1, detectors: names });
    expect(all.resolutions.map(({ detectors }) => detectors.map(({ kind }) => kind))).toEqual(
      all.resolutions.map((_, at) =>
        names.filter((name) => at === 0 || !detectorKinds.get(name)?.isOfNative),
      ),
    );
    const again = parseProfile(encodeUtf8(encodeProfile(all)));
    const found = judged((_, values) => values.reverse(), again).slice(attackedFrom);
    expect(found).toEqual(judged((_, values) => values.reverse(), all).slice(attackedFrom));
    expect(alarms(found)).toBe(found.length);
  });

  it('judge alone, with the whole budget', () => {
    const biased = plant(rows, 2, (_, values) => {
      values[1] = (values[1] as number) + 4;
    });
    const seen = (names: readonly string[]) =>
      new Set(all(biased, new Judge(profile, { detectors: names })).map(({ worst }) => worst?.sees));
    expect(seen(['relation'])).toEqual(new Set(['relation', undefined]));
    expect(seen(['range', 'level']).has('relation')).toBe(false);
  });

  it('are refused if there are none of that name, or if they were not learned', () => {
    const unknown = expect.objectContaining({ code: 'measurement/detector-unknown' });
    expect(() => learn(steady, { alarmsPerDay: 1, detectors: ['oracle'] })).toThrow(unknown);
    expect(() => new Judge(profile, { detectors: ['cusum'] })).toThrow(unknown);
  });
});

it('judges of one profile have one memory each, whatever budget another has', () => {
  const frame = plant(300, 9);
  const alone = all(frame, new Judge(profile));
  const [one, other] = [new Judge(profile), new Judge(profile, { alarmsPerDay: 5000 })];
  const width = frame.channels.length;
  for (const [row, expected] of alone.entries()) {
    const values = frame.values.subarray(row * width, (row + 1) * width);
    expect(one.push(values)).toEqual(expected);
    expect(other.push(values).severity).toBeGreaterThanOrEqual(expected.severity);
    other.push(values.map((value) => value + 1));
  }
});

describe('a profile', () => {
  it('is the same after it was a file', () => {
    const again = parseProfile(encodeUtf8(encodeProfile(profile)));
    expect(judged(() => undefined, again)).toEqual(judged(() => undefined));
  });

  it.each([
    ['nothing', '', 'measurement/profile-malformed'],
    ['no JSON', '{', 'measurement/profile-malformed'],
    ['something else', '{"format":"kiten-measurement-profile","version":2}', 'measurement/profile-malformed'],
    [
      'a detector of tomorrow',
      encodeProfile(profile).replace('"kind":"level"', '"kind":"quantum"'),
      'measurement/detector-unknown',
    ],
    [
      'an array that is cut',
      encodeProfile(profile).replace(/"weights":\{"float64":"[^"]{16}/, '"weights":{"float64":"'),
      'measurement/profile-malformed',
    ],
  ])('is refused if it is %s', (_, text, code) => {
    expect(() => parseProfile(encodeUtf8(text))).toThrow(expect.objectContaining({ code }));
  });
});

it('nothing is learned from a handful of rows', () => {
  expect(() => learn(plant(20, 1), { alarmsPerDay: 1 })).toThrow(
    expect.objectContaining({ code: 'measurement/too-few-rows' }),
  );
});
