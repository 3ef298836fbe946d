import { kept } from './forget.ts';

/** Rows over which powers are averaged, exponentially; the first only leads the others. */
const memories = [5, 20, 60, 200] as const;
/** How far each logarithm may be from the faster one, so that what is over is soon forgotten. */
const rooms = [0.7, 0.5, 0.35] as const;
/** Squares of logarithms that are no evidence over so many rows. */
export const leastSpreads: readonly number[] = [1.2, 0.5, 0.1];

/** How loud noise is, by the square of the logarithm of the ratio of its power to what was learned, over several times. */
export class Spread {
  readonly #floors: Float64Array;
  readonly #times: number;
  readonly #means: readonly Float64Array[];
  #most: Float64Array | undefined;

  /**
   * @param floors mean squares; 0 of a channel that has no noise
   * @param times how many it is averaged over, of those of {@link leastSpreads}
   */
  constructor(floors: Float64Array, times: number) {
    this.#floors = floors;
    this.#times = times;
    this.#means = memories.map(() => floors.slice());
  }

  /** As `bound` of a detector. */
  bound(most: Float64Array): void {
    this.#most = most;
  }

  /** @param found NaN for a channel that has nothing new: what is said of it stands */
  push(found: Float64Array, into: Float64Array, at: number): void {
    const channels = found.length;
    for (let channel = 0; channel < channels; channel++) {
      const floor = this.#floors[channel] as number;
      const each = found[channel] as number;
      if (floor === 0 || Number.isNaN(each)) continue;
      let lead = this.#logarithm(0, channel, each, floor);
      for (let place = 0; place < this.#times; place++) {
        const room = rooms[place] as number;
        const own = this.#logarithm(place + 1, channel, each, floor);
        lead = Math.min(lead + room, Math.max(lead - room, own));
        const statistic = place * channels + channel;
        const evidence = lead * lead;
        into[at + statistic] = evidence;
        const most = this.#most?.[statistic] ?? Number.POSITIVE_INFINITY;
        if (evidence > most)
          (this.#means[place + 1] as Float64Array)[channel] =
            floor * Math.exp(Math.sign(lead) * Math.sqrt(kept * most));
      }
    }
  }

  #logarithm(place: number, channel: number, each: number, floor: number): number {
    const means = this.#means[place] as Float64Array;
    const before = means[channel] as number;
    const mean = before + (each * each - before) / (memories[place] as number);
    means[channel] = mean;
    return Math.log((mean + 1e-3 * floor) / floor);
  }
}
