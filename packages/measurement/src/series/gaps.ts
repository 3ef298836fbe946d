import { quantile, sorted } from '@kiten/numerics';

/** A gap is so many intervals wide, at least. */
const leastIntervals = 10;
/** So many rows come as they come: where they do so irregularly, it takes three times as long as these wait. */
const most = 0.95;
const beyondMost = 3;
/** Rows without a gap that there are before one: where all of them are late, that is how they come. */
const settled = 20;

/**
 * Between rows that are as far apart as this, or farther, rows are missing. Seconds; `undefined` if the time never goes on.
 *
 * @param interval the typical time between two rows
 */
export function gapFrom(times: Float64Array, interval: number | undefined): number | undefined {
  if (interval === undefined) return undefined;
  const steps = times.slice(1).map((time, at) => time - (times[at] as number));
  const usual = quantile(sorted(steps.filter((step) => step > 0)), most);
  return Math.max(gapFromInterval(interval) as number, beyondMost * usual);
}

/** The same where only the typical time between two rows is known. */
export function gapFromInterval(interval: number | undefined): number | undefined {
  return interval === undefined ? undefined : leastIntervals * interval;
}

/** Tells rows that do not follow the one before: a plant stood still, an export lost an hour, or a clock was put back. */
export class GapWatch {
  readonly #from: number;
  #before: number | undefined;
  #steady = settled;

  /** @param from as {@link gapFrom}; `undefined`: there are none */
  constructor(from: number | undefined) {
    this.#from = from ?? Number.POSITIVE_INFINITY;
  }

  /**
   * @param time of the next row, in seconds; `undefined` if nobody says
   * @returns whether a gap lies before it
   */
  push(time: number | undefined): boolean {
    if (time === undefined) return false;
    const isApart = this.#before !== undefined && Math.abs(time - this.#before) >= this.#from;
    const isGap = isApart && this.#steady >= settled;
    this.#before = time;
    this.#steady = isApart ? 0 : this.#steady + 1;
    return isGap;
  }
}

/** Rows that a gap lies before. */
export function gapsOf(times: Float64Array, from: number | undefined): number[] {
  const watch = new GapWatch(from);
  return [...times.keys()].filter((row) => watch.push(times[row]));
}
