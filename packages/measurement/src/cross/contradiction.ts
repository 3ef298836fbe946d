import type { RelationModel } from '../detectors/relation.ts';
import type { Profile } from '../learn/profile.ts';
import { Standardiser } from '../learn/standard.ts';
import { expectedOf } from '../suspicion/expectation.ts';
import type { RecentRows } from '../suspicion/running-diagnosis.ts';

/** Rows before an alarm and within it that explanations are tried on. */
const [before, within] = [60, 60];
/** Rows before an alarm was raised in which it may have begun. */
const early = 2;
/** In usual deviations: what a residual counts at most. */
const loudest = 12;
/** Rows that a shift counts for: what is out of place by little, and always the same way, is out of place. */
const steady = 8;
/** In usual ones: less is nothing. */
export const suspicious = 4;

/** How sensors contradict each other around the beginning of an alarm, by what was learned of them. */
export class Contradiction {
  readonly #model: RelationModel;
  readonly #channels: number;
  readonly #rows: number;
  readonly #values: Float64Array;
  /** As they were said: NaN is missing, what stands for it in the values is no evidence. */
  readonly #said: Float64Array;
  /** The first row that may be altered. */
  readonly #from: number;
  readonly #calm: Float64Array;

  /**
   * @param said NaN is missing
   * @param raised the row in which the alarm was raised
   */
  constructor(
    { channels, resolutions }: Profile,
    { rows, values }: RecentRows,
    said: Float64Array,
    raised: number,
  ) {
    const [resolution] = resolutions;
    this.#model = resolution?.detectors[0]?.model as RelationModel;
    const width = channels.length;
    const begin = Math.max(this.#model.lags + 1, raised - early);
    const start = Math.max(0, begin - before);
    this.#channels = width;
    this.#rows = Math.min(rows, begin + early + within) - start;
    this.#from = begin - start;
    this.#values = new Float64Array(this.#rows * width);
    this.#said = said.subarray(start * width, (start + this.#rows) * width);
    if (resolution !== undefined) {
      const standardiser = new Standardiser(resolution.standard);
      for (let row = 0; row < this.#rows; row++)
        this.#values.set(
          standardiser.push(values.subarray((start + row) * width, (start + row + 1) * width)),
          row * width,
        );
    }
    this.#calm = this.#strengths([], this.#model.lags, this.#from);
  }

  /** How far each sensor is out of place if these are not asked, in what is usual of it; 1 is nothing. */
  without(liars: readonly number[]): Float64Array {
    return this.#strengths(liars, this.#from, this.#rows).map(
      (each, sensor) => each / Math.max(1, this.#calm[sensor] as number),
    );
  }

  /** Of all others together, beyond what is usual. */
  leftover(liars: readonly number[]): number {
    let sum = 0;
    for (const [sensor, each] of this.without(liars).entries())
      if (!liars.includes(sensor)) sum += Math.max(0, each - suspicious);
    return sum;
  }

  #strengths(liars: readonly number[], from: number, to: number): Float64Array {
    const width = this.#channels;
    const rows = { channels: width, rows: this.#rows, values: this.#values, times: undefined };
    const isMissing = (row: number, sensor: number) => Number.isNaN(this.#said[row * width + sensor]);
    const expected = expectedOf(rows, this.#model, liars, this.#from, isMissing);
    return Float64Array.from({ length: width }, (_, sensor) => {
      let [count, sum, squares] = [0, 0, 0];
      for (let row = from; row < to; row++) {
        if (isMissing(row, sensor)) continue;
        const at = row * width + sensor;
        const away =
          ((this.#values[at] as number) - (expected[at] as number)) /
          (this.#model.deviations[sensor] as number);
        const counted = Math.max(-loudest, Math.min(loudest, away));
        count++;
        sum += counted;
        squares += counted ** 2;
      }
      if (count === 0) return 0;
      return squares / count + Math.min(steady, count) * (sum / count) ** 2;
    });
  }
}
