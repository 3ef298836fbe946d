import { channelStatistics, type Statistic, sharedStatistics } from './detector.ts';
import { shorten } from './forget.ts';

/** Weights of the newest value, from what jumps to what creeps. */
export const scales: readonly number[] = [0.5, 0.2, 0.07];
/** How far a slow mean may be from the next faster one, in deviations of the faster. */
const room = 2.5;

/**
 * Exponentially weighted means of residuals at several time scales (EWMA; Roberts, Technometrics 1(3), 1959). For each scale
 * one statistic a channel, |mean|, and one for all, the length of the vector of means; of independent residuals of
 * variance 1 each has variance 1. A slow mean is held near the faster one, so that what is over is soon forgotten.
 */
export class Smoothing {
  readonly statistics: readonly Statistic[];
  readonly #channels: number;
  readonly #means: Float64Array;
  #most: Float64Array | undefined;

  constructor(channels: number, sees: string) {
    this.#channels = channels;
    this.#means = new Float64Array(scales.length * channels);
    this.statistics = statisticsFor(channels, sees);
  }

  /** As `bound` of a detector. */
  bound(most: Float64Array): void {
    this.#most = most;
  }

  push(residual: Float64Array, into: Float64Array, at: number): void {
    const channels = this.#channels;
    const means = this.#means;
    const bounds = this.#most;
    let place = at;
    let reach = Number.POSITIVE_INFINITY;
    let now = 0;
    for (let channel = 0; channel < channels; channel++)
      now += (residual[channel] as number) * (residual[channel] as number);
    now = Math.sqrt(now);
    for (let scale = 0; scale < scales.length; scale++) {
      const weight = scales[scale] as number;
      const deviation = Math.sqrt(weight / (2 - weight));
      const start = scale * channels;
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) {
        const before = means[start + channel] as number;
        const newest = residual[channel] as number;
        let mean = before + weight * (newest - before);
        if (scale > 0) {
          const faster = means[start - channels + channel] as number;
          mean = Math.min(faster + reach, Math.max(faster - reach, mean));
        }
        // What a mean is held down to: what makes the statistic of the bound, or what there is in this row.
        if (bounds !== undefined) {
          const most = Math.max((bounds[place - at] as number) * deviation, Math.abs(newest));
          mean = Math.min(most, Math.max(-most, mean));
        }
        means[start + channel] = mean;
        const standard = Math.abs(mean) / deviation;
        into[place++] = standard;
        sum += standard * standard;
      }
      const length = Math.sqrt(sum);
      const most =
        bounds === undefined ? length : Math.max((bounds[place - at] as number) * deviation, now) / deviation;
      if (length > most) shorten(means.subarray(start, start + channels), length, most);
      into[place++] = Math.min(length, most);
      reach = room * deviation;
    }
  }
}

function statisticsFor(channels: number, sees: string): readonly Statistic[] {
  return sharedStatistics(`${channels} ${sees}, smoothed`, () =>
    scales.flatMap(() => [...channelStatistics(channels, sees), { channel: undefined, sees }]),
  );
}
