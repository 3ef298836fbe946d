import { kept } from './forget.ts';

/** Frequencies that are looked at, from 0 to half a cycle a row, evenly. */
export const lineCount = 16;
/** Rows that a line is followed over, exponentially: it is seen as wide as the frequencies are apart, and none falls between two. */
const memory = 12;
/** Rows that its power is averaged over: a line that wanders loses its phase, and keeps its power. */
const smoothing = 80;
const newest = 1 / smoothing;
/** How much larger the mean may be than the power now, so that what is over is soon forgotten. */
const room = 3;

const frequencies = Array.from({ length: lineCount }, (_, line) => (line + 0.5) / (2 * lineCount));
const decay = 1 - 1 / memory;
const cosines = Float64Array.from(frequencies, (each) => decay * Math.cos(2 * Math.PI * each));
const sines = Float64Array.from(frequencies, (each) => decay * Math.sin(2 * Math.PI * each));
/** The mean power of white noise of variance 1 at each frequency. */
export const whitePower = 1 / (1 - decay ** 2);

/** The power of each channel at each frequency, by a bank of resonators (Goertzel's recursion, with a memory that fades). */
export class Lines {
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  readonly #powers: Float64Array;
  #most: Float64Array | undefined;

  constructor(channels: number) {
    this.#real = new Float64Array(channels * lineCount);
    this.#imaginary = new Float64Array(channels * lineCount);
    this.#powers = new Float64Array(channels * lineCount);
  }

  /** @param most as `bound` of a detector: of each power */
  bound(most: Float64Array): void {
    this.#most = most;
  }

  /**
   * The array that is returned is the same each time: channel after channel.
   *
   * @param values NaN for a channel that has nothing new
   */
  push(values: Float64Array): Float64Array {
    const real = this.#real;
    const imaginary = this.#imaginary;
    const powers = this.#powers;
    const bounds = this.#most;
    for (let channel = 0; channel < values.length; channel++) {
      const value = values[channel] as number;
      if (Number.isNaN(value)) continue;
      let at = channel * lineCount;
      for (let line = 0; line < lineCount; line++, at++) {
        const x = real[at] as number;
        const y = imaginary[at] as number;
        const cosine = cosines[line] as number;
        const sine = sines[line] as number;
        const a = cosine * x - sine * y + value;
        const b = sine * x + cosine * y;
        real[at] = a;
        imaginary[at] = b;
        const now = a * a + b * b;
        const last = powers[at] as number;
        const limit = bounds === undefined ? Number.POSITIVE_INFINITY : (bounds[at] as number);
        const before = last > limit ? kept * limit : last;
        const mean = before + (now - before) * newest;
        const most = room * now;
        powers[at] = mean < most ? mean : most;
      }
    }
    return powers;
  }
}
