import { type Grid, gridOf, noGrid, offGrid } from '../series/grid.ts';
import { type Detector, type DetectorKind, isNumbers, type NormalRows } from './detector.ts';

/** The values that each sensor can say. */
export interface GridModel {
  /** 0: any. */
  readonly steps: Float64Array;
  readonly offsets: Float64Array;
}

/** Steps finer than this, in deviations, are how readings are written and not how they are measured. */
const finest = 0.001;
/** Fewer rows may have left out every second step. */
const leastRows = 1000;
/** Off by more than this, in steps, a value is on another grid. */
const tolerance = 0.2;
/** Readings that the share off the grid is taken over, exponentially. */
const memory = 20;
/** So many readings on the grid, one after the other, do not come by chance from a sensor that has another: what was off is over. */
const enough = 8;
/** Changes by which a coarser grid is found. */
const changes = 40;
/** So many readings off the grid are no mistake. */
const leastLimit = 0.3;

/**
 * Sees a sensor that says what it cannot say: its values lie on another grid, or on every second step of its own or less. A
 * statistic is the share of such readings, and for a grid that is coarser 1.
 */
export const grid: DetectorKind<GridModel> = {
  name: 'grid',
  weight: 0.02,
  isOfNative: true,
  drift: 'kept',
  learn(normal) {
    const grids = Array.from({ length: normal.channels }, (_, channel) => gridOfChannel(normal, channel));
    return {
      steps: Float64Array.from(grids, ({ step }) => step),
      offsets: Float64Array.from(grids, ({ offset }) => offset),
    };
  },
  fits(model, channels): model is GridModel {
    const { steps, offsets } = model as Partial<GridModel>;
    return isNumbers(steps, channels) && isNumbers(offsets, channels);
  },
  start({ steps, offsets }, channels): Detector {
    const shares = new Float64Array(channels);
    const onGrid = new Uint32Array(channels);
    const coarse = Array.from({ length: channels }, () => new Coarseness());
    const before = new Float64Array(channels).fill(Number.NaN);
    return {
      statistics: Array.from({ length: channels }, (_, channel) => ({
        ...{ channel, sees: 'grid', leastLimit },
      })),
      push(row, into, at) {
        // What does not change says nothing new: its statistic stands.
        for (let channel = 0; channel < channels; channel++) {
          const step = steps[channel] as number;
          const value = row[channel] as number;
          if (step === 0) into[at + channel] = 0;
          else if (value !== before[channel]) {
            const offset = offsets[channel] as number;
            const isOff = Math.abs(offGrid(value, { step, offset })) > tolerance ? 1 : 0;
            onGrid[channel] = isOff ? 0 : (onGrid[channel] as number) + 1;
            const share = (shares[channel] as number) + (isOff - (shares[channel] as number)) / memory;
            shares[channel] = (onGrid[channel] as number) < enough ? share : 0;
            const divisor = (coarse[channel] as Coarseness).push(Math.round((value - offset) / step));
            into[at + channel] = Math.max(shares[channel] as number, divisor > 1 ? 1 : 0);
          }
          before[channel] = value;
        }
      },
    };
  },
};

function gridOfChannel({ channels, rows, values }: NormalRows, channel: number): Grid {
  if (rows < leastRows) return noGrid;
  const own = Float64Array.from({ length: rows }, (_, row) => values[row * channels + channel] as number);
  const found = gridOf(own);
  return found.step < finest ? noGrid : found;
}

/** The greatest number of steps that all of the last changes are multiples of. */
class Coarseness {
  readonly #last = new Int32Array(changes);
  #count = 0;
  #before = 0;

  push(steps: number): number {
    this.#last[this.#count % changes] = Math.abs(steps - this.#before);
    this.#before = steps;
    if (++this.#count <= changes) return 1;
    let divisor = 0;
    for (const each of this.#last) {
      divisor = commonDivisor(divisor, each);
      if (divisor === 1) return 1;
    }
    return divisor;
  }
}

function commonDivisor(one: number, other: number): number {
  let [a, b] = [one, other];
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
