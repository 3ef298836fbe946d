/** Fewer values say too little about noise: five times as many as it is averaged over. */
const leastValues = 600;
/** Below this mean square, in variances of the channel, it is rounding. */
const least = 1e-9;
/** Kurtosis; 3 of normal noise. What is above jumps or switches. */
const heaviest = 6;

/** Second and fourth moments of values whose mean is 0; NaN is passed over. */
export class Moments {
  readonly #counts: Float64Array;
  readonly #seconds: Float64Array;
  readonly #fourths: Float64Array;

  constructor(channels: number) {
    this.#counts = new Float64Array(channels);
    this.#seconds = new Float64Array(channels);
    this.#fourths = new Float64Array(channels);
  }

  push(values: Float64Array): void {
    for (let channel = 0; channel < values.length; channel++) {
      const value = values[channel] as number;
      if (Number.isNaN(value)) continue;
      const square = value * value;
      this.#counts[channel] = (this.#counts[channel] as number) + 1;
      this.#seconds[channel] = (this.#seconds[channel] as number) + square;
      this.#fourths[channel] = (this.#fourths[channel] as number) + square * square;
    }
  }

  /**
   * Mean squares; 0 where they are not those of noise.
   *
   * @param times how many times as many values as are needed there have to be
   */
  noise(times = 1): Float64Array {
    return this.#seconds.map((sum, channel) => {
      const count = Math.max(1, this.#counts[channel] as number);
      const square = sum / count;
      const kurtosis = (this.#fourths[channel] as number) / count / square ** 2;
      return count >= times * leastValues && square >= least && kurtosis <= heaviest ? square : 0;
    });
  }
}
