import { symmetricEigen } from '@kiten/numerics';

/** How far, and how fast, what is normal may wander from what was accepted. */
export interface FollowRules {
  /** Deviations of a channel from where it was when the day began, at most. */
  readonly perDay: number;
  /** Deviations of a channel from where it was accepted: from there on somebody has to look. */
  readonly most: number;
}

export const defaultFollowRules: FollowRules = { perDay: 0.1, most: 2 };

/** Where normal has wandered to. */
export interface Wandered {
  /** How far the normal of each channel is from where it was accepted, in its deviations. */
  readonly drift: Float64Array;
  /** How far it was when the day began. */
  readonly morning: Float64Array;
  /** Seconds of that day in which readings came. */
  readonly passed: number;
}

/** Of what an alarm needs: a row that is farther from normal teaches nothing. */
const leastDoubt = 0.8;
/** Seconds. */
const day = 86_400;
/** What drifts moves by this part of what it may in a day, by standard deviation. */
const usualDrift = 0.5;
/** In deviations: what a reading counts at most. */
const loudest = 4;

/**
 * Follows what is normal where it wanders slowly: seasons, ageing, another calibration. The drift is estimated by a filter for a
 * state that walks at random (Kalman, Journal of Basic Engineering 82, 1960; steady state, small gain: √(q / s)) in each of the
 * directions that channels vary in, slowly where they vary much and soon where they hold together. Of the estimate, no more is
 * taken away than the rules allow, whatever is read.
 */
export class Follower {
  readonly #rules: FollowRules;
  readonly #interval: number;
  /** Directions, one a row, and the gain of each. */
  readonly #directions: Float64Array;
  readonly #gains: Float64Array;
  readonly #estimate: Float64Array;
  readonly #drift: Float64Array;
  readonly #morning: Float64Array;
  #passed: number;
  readonly #followed: Float64Array;
  readonly #held: Float64Array;
  readonly #left: Float64Array;
  #before: number | undefined;

  /**
   * @param covariance of the mean of rows, times their number: channels × channels
   * @param interval seconds between two rows
   * @param before where it had wandered to, if this goes on
   */
  constructor(covariance: Float64Array, interval: number, rules: FollowRules, before?: Wandered) {
    const channels = Math.sqrt(covariance.length);
    const { values, vectors } = symmetricEigen(covariance, channels);
    this.#rules = rules;
    this.#interval = interval;
    this.#directions = vectors;
    const variance = (usualDrift * rules.perDay) ** 2 * (interval / day);
    this.#gains = values.map((each) => Math.min(0.5, Math.sqrt(variance / each)));
    const unmoved = new Float64Array(channels);
    this.#drift = (before?.drift ?? unmoved).map((each) => clamped(each, 0, rules.most));
    this.#morning = (before?.morning ?? unmoved).map((each) => clamped(each, 0, rules.most));
    this.#passed = before?.passed ?? 0;
    this.#estimate = this.#drift.slice();
    this.#followed = new Float64Array(channels);
    this.#held = new Float64Array(channels);
    this.#left = new Float64Array(channels);
  }

  get wandered(): Wandered {
    return { drift: this.#drift.slice(), morning: this.#morning.slice(), passed: this.#passed };
  }

  /** The part of the way to where somebody has to look: 1 is there. */
  get farthest(): { readonly channel: number; readonly share: number } {
    let [channel, farthest] = [0, 0];
    for (const [at, each] of this.#drift.entries())
      if (Math.abs(each) > farthest) [channel, farthest] = [at, Math.abs(each)];
    // What is rounded off must not stand between it and its end.
    return { channel, share: farthest / (this.#rules.most * (1 - 1e-9)) };
  }

  /** The row without what has drifted. The array that is returned is the same each time. */
  followed(row: Float64Array): Float64Array {
    return less(row, this.#drift, this.#followed);
  }

  /** The row without what had drifted when the day began: a value that is held stays the same. As above. */
  followedByDay(row: Float64Array): Float64Array {
    return less(row, this.#morning, this.#held);
  }

  /**
   * @param severity what was said of it
   * @param time of the row, in seconds: rows that come sooner than they used to make no day shorter
   */
  push(row: Float64Array, severity: number, time?: number): void {
    this.#pass(time);
    if (severity >= leastDoubt) return;
    const channels = row.length;
    const [directions, estimate] = [this.#directions, this.#estimate];
    // What is left of the row, along each direction, moves the estimate by the gain of that direction.
    const left = this.#left;
    for (let channel = 0; channel < channels; channel++)
      left[channel] = clamped((row[channel] as number) - (estimate[channel] as number), 0, loudest);
    for (let start = 0; start < directions.length; start += channels) {
      let along = 0;
      for (let channel = 0; channel < channels; channel++)
        along += (directions[start + channel] as number) * (left[channel] as number);
      along *= this.#gains[start / channels] as number;
      for (let channel = 0; channel < channels; channel++)
        estimate[channel] = (estimate[channel] as number) + along * (directions[start + channel] as number);
    }
    this.#allow();
  }

  /**
   * As much of the estimate as is allowed: the directions in which channels hold together come first, so that what all of them do
   * leaves room for what one of them does.
   */
  #allow(): void {
    const [directions, estimate, morning, drift] = [
      this.#directions,
      this.#estimate,
      this.#morning,
      this.#drift,
    ];
    const channels = morning.length;
    const { perDay, most } = this.#rules;
    drift.set(morning);
    for (let start = directions.length - channels; start >= 0; start -= channels) {
      let along = 0;
      for (let channel = 0; channel < channels; channel++)
        along +=
          (directions[start + channel] as number) *
          ((estimate[channel] as number) - (morning[channel] as number));
      let share = 1;
      for (let channel = 0; channel < channels; channel++) {
        const by = along * (directions[start + channel] as number);
        const [own, from] = [drift[channel] as number, morning[channel] as number];
        const room = by > 0 ? Math.min(from + perDay, most) - own : own - Math.max(from - perDay, -most);
        if (Math.abs(by) * share > room) share = Math.max(0, room) / Math.abs(by);
      }
      for (let channel = 0; channel < channels; channel++)
        drift[channel] = (drift[channel] as number) + share * along * (directions[start + channel] as number);
    }
  }

  #pass(time?: number): void {
    const since = time === undefined || this.#before === undefined ? this.#interval : time - this.#before;
    this.#before = time;
    this.#passed += Math.min(this.#interval, Math.max(0, since));
    if (this.#passed < day) return;
    this.#passed -= day;
    this.#morning.set(this.#drift);
  }
}

function clamped(value: number, centre: number, reach: number): number {
  return Math.min(centre + reach, Math.max(centre - reach, value));
}

function less(row: Float64Array, drift: Float64Array, into: Float64Array): Float64Array {
  for (let channel = 0; channel < row.length; channel++)
    into[channel] = (row[channel] as number) - (drift[channel] as number);
  return into;
}
