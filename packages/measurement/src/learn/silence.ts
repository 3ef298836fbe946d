import { channelStatistics, type Statistic } from '../detectors/detector.ts';
import { fillersByChannel } from '../series/fillers.ts';
import type { Frame } from '../series/frame.ts';

/** How a channel says nothing in normal data. */
export interface NormalSilence {
  /** Values that stand for a missing reading. */
  readonly fillers: readonly number[];
  /** The share of rows without a reading. */
  readonly share: number;
  /** The most that its silence ever added up to ({@link SilenceWatch}). */
  readonly most: number;
}

/** In rows: what a silence adds up to is told from here on, however rarely there was one. */
const leastSilence = 10;
/** Times the most that it ever was. */
const beyond = 2;
/** What a reading takes away at least: of a channel that says nothing in a fifth of the rows, silence never adds up. */
const leastFall = 0.25;
/** Times its share: a channel that is read every sixty rows is silent in most. */
const beyondShare = 2;

/** How each channel of a table is silent. */
export function silencesOf(frame: Frame): NormalSilence[] {
  const { rows, values } = frame;
  const width = frame.channels.length;
  const fillers = fillersByChannel(frame);
  return fillers.map((each, channel) => {
    let missing = 0;
    for (let at = channel; at < values.length; at += width) if (Number.isNaN(values[at])) missing++;
    const share = missing / rows;
    let [sum, most] = [0, 0];
    for (let at = channel; at < values.length; at += width) {
      sum = Number.isNaN(values[at]) ? sum + 1 : Math.max(0, sum - fallOf(share));
      if (sum > most) most = sum;
    }
    return { fillers: [...new Set(each)], share, most };
  });
}

/** In rows. */
function fallOf(share: number): number {
  return Math.max(leastFall, share < 1 ? (beyondShare * share) / (1 - share) : Number.MAX_VALUE);
}

/**
 * Sees a channel that says nothing for longer, or more often, than it ever did: a one-sided cumulative sum (Page, Biometrika 41,
 * 1954) of the rows without a reading, of which each reading takes some away. Who makes a sensor say what stands for a missing
 * reading silences it no longer than it was silent by itself.
 */
export class SilenceWatch {
  /** One of each channel. */
  readonly statistics: readonly Statistic[];
  /** Of each channel; 1 is where an alarm begins. */
  readonly severities: Float64Array;
  /** Whether there is, or just was, a channel that says nothing: otherwise all severities are 0. */
  isSilent = false;
  readonly #normal: readonly NormalSilence[];
  readonly #haveFillers: Uint8Array;
  readonly #limits: Float64Array;
  readonly #falls: Float64Array;
  readonly #sums: Float64Array;
  readonly #readings: Float64Array;

  constructor(normal: readonly NormalSilence[]) {
    this.#normal = normal;
    this.statistics = channelStatistics(normal.length, 'silence');
    this.severities = new Float64Array(normal.length);
    this.#haveFillers = Uint8Array.from(normal, ({ fillers }) => (fillers.length > 0 ? 1 : 0));
    this.#limits = Float64Array.from(normal, ({ most }) => Math.max(leastSilence, beyond * most));
    this.#falls = Float64Array.from(normal, ({ share }) => fallOf(share));
    this.#sums = new Float64Array(normal.length);
    this.#readings = new Float64Array(normal.length);
  }

  /** What is read: NaN where a value stands for a missing reading. The array that is returned is the same each time. */
  push(values: Float64Array): Float64Array {
    const [readings, sums, haveFillers] = [this.#readings, this.#sums, this.#haveFillers];
    this.isSilent = false;
    for (let channel = 0; channel < readings.length; channel++) {
      const value = values[channel] as number;
      const isMissing =
        Number.isNaN(value) ||
        (haveFillers[channel] === 1 && (this.#normal[channel] as NormalSilence).fillers.includes(value));
      readings[channel] = isMissing ? Number.NaN : value;
      if (isMissing || sums[channel] !== 0) this.#add(channel, isMissing);
    }
    return readings;
  }

  #add(channel: number, isMissing: boolean): void {
    const limit = this.#limits[channel] as number;
    const before = this.#sums[channel] as number;
    // What is over is soon forgotten.
    const sum = isMissing
      ? Math.min(limit, before + 1)
      : Math.max(0, before - (this.#falls[channel] as number));
    this.#sums[channel] = sum;
    this.severities[channel] = sum / limit;
    this.isSilent = true;
  }
}
