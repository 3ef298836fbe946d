import type { RelationModel } from '../detectors/relation.ts';
import type { Profile } from '../learn/profile.ts';
import type { Standard } from '../learn/standard.ts';

/** Rounds in which several that are missing are made to agree. */
const rounds = 3;

/** Puts in place of readings that are missing what the others say that they would be, so that they speak for nothing. */
export class MissingReadings {
  readonly #standard: Standard;
  readonly #model: RelationModel;
  /** This row and those before it, the newest first, standardised. */
  readonly #window: Float64Array;
  readonly #filled: Float64Array;

  /** @param profile has learned `relation` alone */
  constructor({ channels, resolutions }: Profile) {
    const [resolution] = resolutions;
    this.#standard = (resolution as { standard: Standard }).standard;
    this.#model = resolution?.detectors[0]?.model as RelationModel;
    this.#window = new Float64Array(channels.length * (this.#model.lags + 1));
    this.#filled = new Float64Array(channels.length);
  }

  /** The array that is returned is the same each time. */
  push(row: Float64Array): Float64Array {
    const { means, deviations } = this.#standard;
    const width = row.length;
    const window = this.#window;
    window.copyWithin(width, 0, window.length - width);
    const missing: number[] = [];
    for (let sensor = 0; sensor < width; sensor++) {
      const value = row[sensor] as number;
      // At first it is what it was before.
      if (Number.isNaN(value)) missing.push(sensor);
      else window[sensor] = (value - (means[sensor] as number)) / (deviations[sensor] as number);
    }
    for (let round = 0; round < rounds && missing.length > 0; round++)
      for (const sensor of missing) window[sensor] = this.#expected(sensor);
    for (let sensor = 0; sensor < width; sensor++)
      this.#filled[sensor] =
        (means[sensor] as number) + (window[sensor] as number) * (deviations[sensor] as number);
    return this.#filled;
  }

  #expected(sensor: number): number {
    const order = this.#window.length;
    const start = sensor * order;
    let sum = 0;
    for (let at = 0; at < order; at++)
      sum += (this.#model.weights[start + at] as number) * (this.#window[at] as number);
    return sum;
  }
}
