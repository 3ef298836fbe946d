import {
  channelStatistics,
  type Detector,
  type DetectorKind,
  isNumbers,
  rowOf,
  stretchesOf,
} from './detector.ts';

export interface NoiseModel {
  /** Mean square of the second differences of each channel: what it jitters by, whatever it measures. 0: it has no noise. */
  readonly floors: Float64Array;
}

/**
 * Rows over which jitter is averaged, exponentially. It is not `isSlow` for all that: with less remembered, 0.81 of the rows of the
 * Tennessee Eastman faults stand out instead of 0.84.
 */
const memory = 60;
/** Rows that have no second difference, at a beginning. */
const undifferenced = 2;
/** In mean squares: what counts at most. */
const loudest = 25;
/** Kurtosis; 3 of normal noise. What is above jumps or switches. */
const heaviest = 6;
/** Correlation of second differences one row apart: −2/3 of white noise. What is above is movement. */
const leastAlternating = -0.5;

/**
 * Sees a channel whose noise is not its own: another sensor in its place, a smooth forgery, a jammed input. The statistic is
 * the logarithm of the ratio of the jitter now to the jitter that was learned, either way.
 */
export const noise: DetectorKind<NoiseModel> = {
  name: 'noise',
  weight: 0.1,
  isJudgedTogether: true,
  drift: 'kept',
  learn(normal) {
    const { channels } = normal;
    const stretches = stretchesOf(normal);
    const rows = normal.rows - undifferenced * (stretches.length - 1);
    const floors = new Float64Array(channels);
    const fourth = new Float64Array(channels);
    const products = new Float64Array(channels);
    const before = new Float64Array(channels);
    const jitter = new Jitter(channels);
    for (const stretch of stretches) {
      jitter.gap();
      for (let row = 0; row < stretch.rows; row++) {
        const seconds = jitter.push(rowOf(stretch, row));
        for (let channel = 0; channel < channels; channel++) {
          const second = seconds[channel] as number;
          const square = second * second;
          floors[channel] = (floors[channel] as number) + square / rows;
          fourth[channel] = (fourth[channel] as number) + (square * square) / rows;
          products[channel] = (products[channel] as number) + (second * (before[channel] as number)) / rows;
          before[channel] = second;
        }
      }
    }
    for (let channel = 0; channel < channels; channel++) {
      const floor = floors[channel] as number;
      const isHeavy = (fourth[channel] as number) > heaviest * floor ** 2;
      if (isHeavy || (products[channel] as number) > leastAlternating * floor) floors[channel] = 0;
    }
    return { floors };
  },
  fits(model, channels): model is NoiseModel {
    return isNumbers((model as Partial<NoiseModel>).floors, channels);
  },
  start({ floors }, channels): Detector {
    const jitter = new Jitter(channels);
    const means = floors.slice();
    let bounds: Float64Array | undefined;
    /** Rows after a gap in which what was said stands. */
    let waiting = 0;
    return {
      statistics: channelStatistics(channels, 'noise'),
      bound(most) {
        bounds = most;
      },
      gap() {
        jitter.gap();
        waiting = undifferenced;
      },
      push(row, into, at) {
        const seconds = jitter.push(row);
        if (waiting > 0) {
          waiting--;
          return;
        }
        for (let channel = 0; channel < channels; channel++) {
          const floor = floors[channel] as number;
          // A jump is not noise: it must not be remembered as much of it.
          const square = Math.min((seconds[channel] as number) ** 2, loudest * floor);
          const mean = (means[channel] as number) + (square - (means[channel] as number)) / memory;
          // A channel without noise of its own has no fingerprint.
          const louder = floor < 1e-12 ? 0 : Math.log((mean + 1e-3 * floor) / floor);
          const most = bounds?.[channel] ?? Number.POSITIVE_INFINITY;
          means[channel] = Math.abs(louder) > most ? floor * Math.exp(Math.sign(louder) * most) : mean;
          into[at + channel] = Math.abs(louder);
        }
      },
    };
  },
};

/** Second differences. */
class Jitter {
  readonly #before: Float64Array;
  readonly #beforeThat: Float64Array;
  readonly #seconds: Float64Array;
  #rows = 0;

  constructor(channels: number) {
    this.#before = new Float64Array(channels);
    this.#beforeThat = new Float64Array(channels);
    this.#seconds = new Float64Array(channels);
  }

  /** The next row has none before it. */
  gap(): void {
    this.#rows = 0;
  }

  push(row: Float64Array): Float64Array {
    const seconds = this.#seconds;
    for (let channel = 0; channel < row.length; channel++) {
      const value = row[channel] as number;
      const second = value - 2 * (this.#before[channel] as number) + (this.#beforeThat[channel] as number);
      seconds[channel] = this.#rows < undifferenced ? 0 : second;
      this.#beforeThat[channel] = this.#before[channel] as number;
      this.#before[channel] = value;
    }
    this.#rows++;
    return seconds;
  }
}
