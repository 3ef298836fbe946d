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
const noise = Array.from({ length: 600 }, draw);
const steps = noise.map((_, row) => Math.floor(row / 4) % 7);
const profile = learnCross([table('a', noise), table('b', steps)], { alarmsPerDay: 0.1 });
/** What each says at the moments from 19 on, before 23. */
const columnsOf = ({ times, values }: Frame) =>
  [0, 1].map((at) =>
    [...times.keys()]
      .filter((row) => (times[row] ?? 0) >= 19 && (times[row] ?? 0) < 23)
      .map((row) => values[2 * row + at]),
  );

describe('a value that is held', () => {
  it('is held as long as it stood still when it was learned, and missing then', () => {
    expect(profile.streams.map(({ repeats }) => repeats)).toEqual([[0], [3]]);
    const lost = [20, 21];
    const joint = jointFrame([table('a', noise, lost), table('b', steps, lost)], profile);
    const [a, b] = columnsOf(joint);
    expect(a).toEqual([noise[19], Number.NaN, Number.NaN, noise[22]]);
    expect(b).toEqual([steps[19], steps[19], steps[19], steps[22]]);
  });

  it('is what is learned in a file, and counts for three intervals by one from before', () => {
    const text = encodeCrossProfile(profile);
    const read = parseCrossProfile(encodeUtf8(text));
    expect(read.streams).toEqual(profile.streams);
    const before = parseCrossProfile(encodeUtf8(text.replaceAll(/,"repeats":\[\d\]/g, '')));
    const joint = jointFrame([table('a', noise, [20, 21]), table('b', steps)], before);
    expect(columnsOf(joint)[0]).toEqual([noise[19], noise[19], noise[19], noise[22]]);
  });

  it.each(['[-1]', '[0.5]', '[1,2]', '"0"'])('is not read from a file that says %s rows', (wrong) => {
    const text = encodeCrossProfile(profile).replace('"repeats":[0]', `"repeats":${wrong}`);
    expect(() => parseCrossProfile(encodeUtf8(text))).toThrow(KitenError);
  });
});
