import { channelStatistics, type Statistic } from './detector.ts';
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

  /** What a mean is held down to: what makes the statistic of the bound, or what there is in this row. */
  #mostOf(statistic: number, now: number, deviation: number): number {
    if (this.#most === undefined) return Number.POSITIVE_INFINITY;
    return Math.max((this.#most[statistic] as number) * deviation, Math.abs(now));
  }

  push(residual: Float64Array, into: Float64Array, at: number): void {
    const channels = this.#channels;
    const means = this.#means;
    let place = at;
    let reach = Number.POSITIVE_INFINITY;
    const now =
      this.#most === undefined ? 0 : Math.sqrt(residual.reduce((sum, each) => sum + each * each, 0));
    for (let scale = 0; scale < scales.length; scale++) {
      const weight = scales[scale] as number;
      const deviation = Math.sqrt(weight / (2 - weight));
      const start = scale * channels;
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) {
        const before = means[start + channel] as number;
        let mean = before + weight * ((residual[channel] as number) - before);
        if (scale > 0) {
          const faster = means[start - channels + channel] as number;
          mean = Math.min(faster + reach, Math.max(faster - reach, mean));
        }
        const most = this.#mostOf(place - at, residual[channel] as number, deviation);
        mean = Math.min(most, Math.max(-most, mean));
        means[start + channel] = mean;
        const standard = Math.abs(mean) / deviation;
        into[place++] = standard;
        sum += standard * standard;
      }
      const most = this.#mostOf(place - at, now, deviation);
      const length = Math.sqrt(sum);
      shorten(means.subarray(start, start + channels), length, most / deviation);
      into[place++] = Math.min(length, most / deviation);
      reach = room * deviation;
    }
  }
}

const known = new Map<string, readonly Statistic[]>();

function statisticsFor(channels: number, sees: string): readonly Statistic[] {
  const key = `${channels} ${sees}`;
  const made =
    known.get(key) ??
    scales.flatMap(() => [...channelStatistics(channels, sees), { channel: undefined, sees }]);
  known.set(key, made);
  return made;
}
