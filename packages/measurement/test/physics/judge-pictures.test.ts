import { describe, expect, it } from 'vitest';
import { chance, judgePictures, type PicturePair, simulatedTracks } from '../../src/index.ts';

/** Twenty pictures; the gyroscope is wrong by so much in those from the tenth to the fourteenth. */
function pairs(wrong: number, features = 60): PicturePair[] {
  const random = chance(2);
  const seconds = 0.05;
  return Array.from({ length: 20 }, (_, at) => {
    const rate = [random() - 0.5, random() - 0.5, random() - 0.5] as const;
    const tracks = simulatedTracks({ rate, seconds, features }, random);
    const lie = at >= 10 && at < 15 ? wrong : 0;
    return { time: at * seconds, seconds, tracks, gyroscope: [rate[0] + lie, rate[1], rate[2]] };
  });
}

describe('a camera beside a gyroscope', () => {
  it('is one alarm while they contradict each other', () => {
    expect(judgePictures(pairs(0.5)).alarms).toMatchObject([{ first: 10, last: 14 }]);
    expect(judgePictures(pairs(0)).alarms).toEqual([]);
  });

  it('says nothing of pictures without features or gyroscope, and refuses where there are no others', () => {
    const some = pairs(0.5).map((pair, at) => (at === 12 ? { ...pair, tracks: [] } : pair));
    const { pictures, alarms } = judgePictures(some);
    expect(pictures[12]).toMatchObject({ camera: undefined, severity: Number.NaN });
    expect(alarms).toMatchObject([{ first: 10, last: 14 }]);
    expect(() => judgePictures(pairs(0, 5))).toThrow(/six features/);
    const blind = pairs(0).map((pair) => ({ ...pair, gyroscope: [Number.NaN, 0, 0] as const }));
    expect(() => judgePictures(blind)).toThrow(/gyroscope/);
  });
});
