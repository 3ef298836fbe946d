import { Cholesky, multiply, ShrunkCovariance, symmetricEigen } from '@kiten/numerics';
import {
  type Detector,
  type DetectorKind,
  isNumbers,
  type NormalRows,
  rowOf,
  stretchesOf,
} from './detector.ts';
import { shorten } from './forget.ts';
import { lagsOf } from './lags.ts';
import { joinedGram } from './products.ts';
import { tempered } from './tempered.ts';
import { Whitening } from './whitening.ts';
import { isLags, Window } from './window.ts';

export interface StateSpaceModel {
  readonly lags: number;
  readonly states: number;
  /** The state from the `lags` rows before: states × (channels · lags). */
  readonly memory: Float64Array;
  /** What is expected of each channel in that state: channels × states. */
  readonly outputs: Float64Array;
  /** The lower triangle L of the innovations' covariance L·Lᵀ, channels × channels. */
  readonly lower: Float64Array;
}

/** In variances of a channel; what rounding may hide. */
const ridge = 0.01;
/** Weights of the newest innovation in the means. */
const newest = [1, 0.2];

/**
 * Sees a plant that does not go on as its state says. The state is what best predicts the next row from those before: canonical
 * variates (Larimore, “Canonical variate analysis in identification, filtering, and adaptive control”, CDC 1990), as many as
 * matter. The test is that of a filter's innovations in units of their covariance (NIS), row by row and on average.
 */
export const stateSpace: DetectorKind<StateSpaceModel> = {
  name: 'state-space',
  weight: 1,
  learn(normal) {
    const lags = lagsOf(normal);
    const { states, memory, outputs } = predictor(normal, lags);
    const covariance = new ShrunkCovariance(normal.channels);
    const innovations = new Innovations({ lags, states, memory, outputs }, normal.channels);
    for (const stretch of stretchesOf(normal)) {
      innovations.gap();
      for (let row = 0; row < stretch.rows; row++) {
        const innovation = innovations.push(rowOf(stretch, row));
        if (innovation !== undefined) covariance.add(innovation);
      }
    }
    const { lower } = new Cholesky(covariance.matrix(1, ridge), normal.channels);
    return { lags, states, memory, outputs, lower };
  },
  fits(model, channels): model is StateSpaceModel {
    const { lags, states, memory, outputs, lower } = model as Partial<StateSpaceModel>;
    return (
      isLags(lags) &&
      typeof states === 'number' &&
      Number.isInteger(states) &&
      states >= 0 &&
      states <= channels &&
      isNumbers(memory, states * channels * lags) &&
      isNumbers(outputs, states * channels) &&
      isNumbers(lower, channels * channels) &&
      Whitening.isTriangle(lower, channels)
    );
  },
  start(model, channels): Detector {
    const innovations = new Innovations(model, channels);
    const whitening = new Whitening(model.lower, channels);
    const means = newest.map(() => new Float64Array(channels));
    let bounds: Float64Array | undefined;
    return {
      statistics: newest.map(() => ({ channel: undefined, sees: 'state space' })),
      bound(most) {
        bounds = most;
      },
      gap: () => innovations.gap(),
      push(row, into, at) {
        const innovation = innovations.push(row);
        if (innovation === undefined) return;
        whitening.lengthOf(innovation);
        for (let scale = 0; scale < newest.length; scale++) {
          const mean = means[scale] as Float64Array;
          const weight = newest[scale] as number;
          let squares = 0;
          for (let channel = 0; channel < channels; channel++) {
            const before = mean[channel] as number;
            const value = tempered(whitening.white[channel] as number);
            const now = before + weight * (value - before);
            mean[channel] = now;
            squares += now * now;
          }
          const length = Math.sqrt(squares * ((2 - weight) / weight));
          shorten(mean, length, bounds?.[scale]);
          into[at + scale] = length;
        }
      },
    };
  },
};

type Predictor = Pick<StateSpaceModel, 'lags' | 'states' | 'memory' | 'outputs'>;

/** What each row has that its state did not say. */
class Innovations {
  readonly #model: Predictor;
  readonly #window: Window;
  readonly #state: Float64Array;
  readonly #innovation: Float64Array;
  #rows = 0;

  constructor(model: Predictor, channels: number) {
    this.#model = model;
    this.#window = new Window(channels, model.lags);
    this.#state = new Float64Array(model.states);
    this.#innovation = new Float64Array(channels);
  }

  /** The next row has none before it. */
  gap(): void {
    this.#rows = 0;
  }

  /** `undefined` while there are too few rows before it. The array that is returned is the same each time. */
  push(row: Float64Array): Float64Array | undefined {
    const { lags, memory, outputs } = this.#model;
    const joined = this.#window.push(row);
    const innovation = this.#innovation;
    if (this.#rows++ < lags) return undefined;
    multiply(memory, joined.subarray(row.length), this.#state);
    multiply(outputs, this.#state, innovation);
    for (let channel = 0; channel < row.length; channel++)
      innovation[channel] = (row[channel] as number) - (innovation[channel] as number);
    return innovation;
  }
}

/** The canonical correlations between a row and the past that are more than chance makes of so few rows. */
function predictor(normal: NormalRows, lags: number): Predictor {
  const { channels } = normal;
  const order = channels * (lags + 1);
  const past = channels * lags;
  const gram = joinedGram(normal, lags);
  const joint = gram.matrix(ridge);
  const block = (from: number, size: number): Float64Array =>
    Float64Array.from({ length: size * size }, (_, at) => {
      const [i, j] = [Math.trunc(at / size), at % size];
      return joint[(from + i) * order + from + j] as number;
    });
  const present = new Cholesky(block(0, channels), channels);
  const before = new Cholesky(block(channels, past), past);
  // A row of each: the correlation of one channel, made independent of the others, with the past, made independent likewise.
  const cross = new Float64Array(channels * past);
  for (let from = 0; from < past; from++) {
    const column = Float64Array.from(
      { length: channels },
      (_, i) => joint[i * order + channels + from] as number,
    );
    present.whiten(column);
    for (let i = 0; i < channels; i++) cross[i * past + from] = column[i] as number;
  }
  for (let i = 0; i < channels; i++) before.whiten(cross.subarray(i * past, (i + 1) * past));
  const squares = new Float64Array(channels * channels);
  for (let i = 0; i < channels; i++)
    for (let j = 0; j < channels; j++)
      for (let from = 0; from < past; from++)
        squares[i * channels + j] =
          (squares[i * channels + j] as number) +
          (cross[i * past + from] as number) * (cross[j * past + from] as number);
  const { values, vectors } = symmetricEigen(squares, channels);
  const byChance = (2 * past) / Math.max(1, gram.rows);
  const states = values.filter((each) => each > byChance).length;
  const memory = new Float64Array(states * past);
  const outputs = new Float64Array(channels * states);
  const { lower } = present;
  for (let state = 0; state < states; state++) {
    const vector = vectors.subarray(state * channels, (state + 1) * channels);
    const row = memory.subarray(state * past, (state + 1) * past);
    for (let i = 0; i < channels; i++)
      for (let from = 0; from < past; from++)
        row[from] = (row[from] as number) + (vector[i] as number) * (cross[i * past + from] as number);
    before.unwhiten(row);
    for (let channel = 0; channel < channels; channel++)
      for (let k = 0; k <= channel; k++)
        outputs[channel * states + state] =
          (outputs[channel * states + state] as number) +
          (lower[channel * channels + k] as number) * (vector[k] as number);
  }
  return { lags, states, memory, outputs };
}
