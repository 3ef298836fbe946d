import {
  type Detector,
  type DetectorKind,
  fewestOf,
  isNumbers,
  rowOf,
  type Statistic,
  sharedStatistics,
  stretchesOf,
} from './detector.ts';
import { Innovations, innovationLags, innovationWeights } from './innovations.ts';
import { Lines, lineCount, whitePower } from './lines.ts';
import { Moments } from './moments.ts';
import { leastSpreads, Spread } from './spread.ts';

/** Each channel predicted from its own past, and what its innovations are like. */
export interface OwnPastModel {
  /** Weights of the changes before, the newest first; so many for each channel. */
  readonly weights: Float64Array;
  /** The mean square of the innovations of each channel. 0: they are no noise. */
  readonly floors: Float64Array;
  /** The mean power of each line of each channel. */
  readonly lines: Float64Array;
  /** How many times loudness is averaged over; 2 in profiles that do not say. */
  readonly times?: number;
}

/** In mean powers: a line of less is noise. */
const leastLine = 3;
/** What profiles mean that do not say. */
const timesBefore = 2;
/** In deviations: what an innovation counts at most, because a jump is not noise. */
const loudest = 3.5;

/**
 * Sees a channel that moves otherwise than it does by itself, whatever the others do: louder or quieter than ever (`spread`), or
 * with a line in its spectrum that was not there (`line`), as what vibrates or is folded down by sampling has.
 */
export const ownPast: DetectorKind<OwnPastModel> = {
  name: 'own-past',
  weight: 0.1,
  isSlow: true,
  drift: 'daily',
  learn(normal) {
    const { channels, rows } = normal;
    const weights = innovationWeights(normal);
    const innovations = new Innovations(weights, channels);
    const moments = new Moments(channels);
    const lines = new Lines(channels);
    const powers = new Float64Array(channels * lineCount);
    for (const stretch of stretchesOf(normal)) {
      innovations.gap();
      for (let row = 0; row < stretch.rows; row++) {
        const found = innovations.push(rowOf(stretch, row));
        moments.push(found);
        const now = lines.push(found);
        for (let at = 0; at < now.length; at++) powers[at] = (powers[at] as number) + (now[at] as number);
      }
    }
    const floors = moments.noise(rows / fewestOf(normal));
    for (const at of powers.keys()) {
      // Innovations are white, nearly: few data don't show a frequency that has less.
      const white = whitePower * (floors[Math.trunc(at / lineCount)] as number);
      powers[at] = Math.max(white, (powers[at] as number) / rows);
    }
    return { weights, floors, lines: powers, times: leastSpreads.length };
  },
  fits(model, channels): model is OwnPastModel {
    const { weights, floors, lines, times = timesBefore } = model as Partial<OwnPastModel>;
    return (
      isNumbers(weights, channels * innovationLags) &&
      isNumbers(floors, channels) &&
      isNumbers(lines, channels * lineCount) &&
      (times === timesBefore || times === leastSpreads.length)
    );
  },
  start({ weights, floors, lines: powers, times = timesBefore }, channels): Detector {
    const innovations = new Innovations(weights, channels);
    const lines = new Lines(channels);
    const spread = new Spread(floors, times);
    const most = floors.map((floor) => loudest * Math.sqrt(floor));
    const shares = powers.map((power) => 1 / power);
    return {
      statistics: statisticsFor(channels, times),
      bound(limits) {
        spread.bound(limits);
        const start = times * channels;
        lines.bound(
          powers.map((power, line) => power * (limits[start + Math.trunc(line / lineCount)] as number)),
        );
      },
      gap: () => innovations.gap(),
      push(row, into, at) {
        const found = innovations.push(row);
        for (let channel = 0; channel < channels; channel++) {
          const bound = most[channel] as number;
          const each = found[channel] as number;
          if (each > bound) found[channel] = bound;
          else if (each < -bound) found[channel] = -bound;
        }
        spread.push(found, into, at);
        const now = lines.push(found);
        const start = at + times * channels;
        for (let channel = 0; channel < channels; channel++)
          into[start + channel] = floors[channel] === 0 ? 0 : highest(now, shares, channel);
      },
    };
  },
};

function statisticsFor(channels: number, times: number): readonly Statistic[] {
  const sees = [
    ...leastSpreads.slice(0, times).map((leastLimit) => ({ sees: 'spread', leastLimit })),
    { sees: 'line', leastLimit: leastLine },
  ];
  return sharedStatistics(`${channels} own past, over ${times}`, () =>
    sees.flatMap((each) => Array.from({ length: channels }, (_, channel) => ({ channel, ...each }))),
  );
}

function highest(now: Float64Array, shares: Float64Array, channel: number): number {
  let most = 0;
  for (let line = channel * lineCount; line < (channel + 1) * lineCount; line++) {
    const ratio = (now[line] as number) * (shares[line] as number);
    if (ratio > most) most = ratio;
  }
  return most;
}
