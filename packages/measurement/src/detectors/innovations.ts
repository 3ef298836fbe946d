import { Cholesky, LaggedProducts } from '@kiten/numerics';
import { type NormalRows, stretchesOf } from './detector.ts';
import { sumOf } from './products.ts';

/** Changes of its own past that a channel is predicted from. */
export const innovationLags = 4;
/** In variances of a channel. */
const ridge = 1e-6;

/**
 * What a channel's own past does not tell: the residuals of its autoregression. A sensor that measures less often than it is read
 * says the same until then: only changes count as rows of its own.
 */
export class Innovations {
  readonly #weights: Float64Array;
  readonly #past: Float64Array;
  readonly #found: Float64Array;
  readonly #changes: Uint32Array;

  /** @param weights as {@link innovationWeights} finds them */
  constructor(weights: Float64Array, channels: number) {
    this.#weights = weights;
    this.#past = new Float64Array(weights.length);
    this.#found = new Float64Array(channels);
    this.#changes = new Uint32Array(channels);
  }

  /** The next row has no past. */
  gap(): void {
    this.#changes.fill(0);
  }

  /** NaN for a channel that did not change, or has too little of a past yet. The array that is returned is the same each time. */
  push(row: Float64Array): Float64Array {
    const [past, found, changes, weights] = [this.#past, this.#found, this.#changes, this.#weights];
    for (let channel = 0; channel < row.length; channel++) {
      const start = channel * innovationLags;
      const value = row[channel] as number;
      found[channel] = Number.NaN;
      if (value === past[start]) continue;
      let left = value;
      for (let at = start; at < start + innovationLags; at++)
        left -= (weights[at] as number) * (past[at] as number);
      if ((changes[channel] as number) >= innovationLags) found[channel] = left;
      for (let at = start + innovationLags - 1; at > start; at--) past[at] = past[at - 1] as number;
      past[start] = value;
      changes[channel] = (changes[channel] as number) + 1;
    }
    return found;
  }
}

/** The regression of each channel on its own changes before, the newest first; `innovationLags` for each channel. */
export function innovationWeights(normal: NormalRows): Float64Array {
  const { channels } = normal;
  const weights = new Float64Array(channels * innovationLags);
  const order = innovationLags + 1;
  const changes = new Float64Array(normal.rows);
  for (let channel = 0; channel < channels; channel++) {
    const grams = stretchesOf(normal).map((stretch) => {
      const values = changes.subarray(0, changesOf(stretch, channel, changes));
      return LaggedProducts.of(values, 1, innovationLags).gram(innovationLags);
    });
    const gram = sumOf(grams);
    // −K[0][j] / K[0][0], with K the inverse of the covariance.
    const inverse = new Cholesky(gram.matrix(ridge), order).inverse();
    for (let lag = 0; lag < innovationLags; lag++)
      weights[channel * innovationLags + lag] = -(inverse[lag + 1] as number) / (inverse[0] as number);
  }
  return weights;
}

/** The values of a channel that differ from the one before, the first from 0. @returns how many there are */
function changesOf({ channels, rows, values }: NormalRows, channel: number, into: Float64Array): number {
  let [count, before] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const value = values[row * channels + channel] as number;
    if (value === before) continue;
    before = value;
    into[count++] = value;
  }
  return count;
}
