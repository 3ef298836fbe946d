import { encodeUtf8, KitenError } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  chance,
  encodeCrossProfile,
  type Frame,
  jointFrame,
  learnCross,
  parseCrossProfile,
  type StreamTable,
} from '../../src/index.ts';

/** A stream a second whose readings are given, but for those that are lost. */
function table(stream: string, values: readonly number[], lost: readonly number[] = []): StreamTable {
  const kept = [...values.keys()].filter((row) => !lost.includes(row));
  const frame: Frame = {
    ...{ channels: ['x'], rows: kept.length, interval: 1 },
    values: Float64Array.from(kept, (row) => values[row] as number),
    times: Float64Array.from(kept),
    ...{ timeColumn: 'time', labels: new Map(), leftOut: [] },
  };
  return { stream, frame };
}

const draw = chance(3);
const rows = [...Array(600).keys()];
/** What changes fast, and is seen by two; what changes every fourth row; what hardly changes beside its noise. */
const fast = rows.map((row) => Math.sin(row / 3) + 0.01 * draw());
const alike = fast.map((value) => value + 0.01 * draw());
const steps = rows.map((row) => Math.floor(row / 4) % 7);
const slow = rows.map((row) => Math.sin(row / 200) + draw());
const tables = ({ lost = [] }: { lost?: readonly number[] } = {}) => [
  table('fast', fast, lost),
  table('alike', alike),
  table('steps', steps, lost),
  table('slow', slow, lost),
];
const learned = (...given: Parameters<typeof tables>) => learnCross(tables(...given), { alarmsPerDay: 0.1 });
const repeats = (given: ReturnType<typeof learned>) => given.streams.map((stream) => stream.repeats?.[0]);
const profile = learned();

/** What each says at the moments from 19 on, before 23. */
const columnsOf = ({ channels, times, values }: Frame) =>
  channels.map((_, at) =>
    [...times.keys()]
      .filter((row) => (times[row] ?? 0) >= 19 && (times[row] ?? 0) < 23)
      .map((row) => values[channels.length * row + at]),
  );

describe('a value that is held', () => {
  it('stands for what is said now as long as that was usual, or what changes is little', () => {
    expect(repeats(profile)).toEqual([0, 0, 3, 3]);
    const [a, , b, c] = columnsOf(jointFrame(tables({ lost: [20, 21] }), profile));
    expect(a).toEqual([fast[19], Number.NaN, Number.NaN, fast[22]]);
    expect(b).toEqual([steps[19], steps[19], steps[19], steps[22]]);
    expect(c).toEqual([slow[19], slow[19], slow[19], slow[22]]);
  });

  it('is not usual because three readings were lost while it was learned, and is where many are', () => {
    expect(repeats(learned({ lost: [100, 101, 300] }))[0]).toBe(0);
    expect(repeats(learned({ lost: rows.filter((row) => row % 20 === 7) }))[0]).toBe(1);
  });

  it('is what is learned in a file, and counts for three intervals by one from before', () => {
    const text = encodeCrossProfile(profile);
    const read = parseCrossProfile(encodeUtf8(text));
    expect(read.streams).toEqual(profile.streams);
    const before = parseCrossProfile(encodeUtf8(text.replaceAll(/,"repeats":\[\d\]/g, '')));
    const [a] = columnsOf(jointFrame(tables({ lost: [20, 21] }), before));
    expect(a).toEqual([fast[19], fast[19], fast[19], fast[22]]);
  });

  it.each(['[-1]', '[0.5]', '[1,2]', '"0"'])('is not read from a file that says %s rows', (wrong) => {
    const text = encodeCrossProfile(profile).replace('"repeats":[0]', `"repeats":${wrong}`);
    expect(() => parseCrossProfile(encodeUtf8(text))).toThrow(KitenError);
  });
});
