import { Cholesky, Gram } from '@kiten/numerics';
import { type Detector, type DetectorKind, isNumbers, type NormalRows, rowOf } from './detector.ts';
import { Smoothing } from './smoothing.ts';
import { isLags, Window } from './window.ts';

/** Each channel predicted from all others and from the rows before. */
export interface RelationModel {
  readonly lags: number;
  /** A row of weights for each channel, over the channels of this row and of `lags` rows before; 0 for itself. */
  readonly weights: Float64Array;
  /** The standard deviation of what is left, for each channel. */
  readonly deviations: Float64Array;
}

const lags = 2;
/** In variances of a channel: what a channel may be off by itself, so that no channel is explained by rounding alone. */
const ridge = 0.005;
/** A residual smaller than this, in deviations of the channel, is rounding. */
const least = 0.003;

/**
 * Sees a channel that no longer goes with the others: linear regression of each on all others and their past, by the inverse
 * of one matrix (the partial regression of column j is −K[i][j] / K[j][j], with K the inverse of the covariance).
 */
export const relation: DetectorKind<RelationModel> = {
  name: 'relation',
  weight: 4,
  learn(normal) {
    const { channels } = normal;
    const order = channels * (lags + 1);
    const gram = new Gram(order);
    const window = new Window(channels, lags);
    for (let row = 0; row < normal.rows; row++) {
      const joined = window.push(rowOf(normal, row));
      if (row >= lags) gram.add(joined);
    }
    const inverse = new Cholesky(gram.matrix(ridge), order).inverse();
    const weights = new Float64Array(channels * order);
    for (let channel = 0; channel < channels; channel++) {
      const own = inverse[channel * order + channel] as number;
      for (let from = 0; from < order; from++)
        if (from !== channel)
          weights[channel * order + from] = -(inverse[channel * order + from] as number) / own;
    }
    return { lags, weights, deviations: deviationsOf(normal, weights) };
  },
  fits(model, channels): model is RelationModel {
    const { lags: before, weights, deviations } = model as Partial<RelationModel>;
    return (
      isLags(before) &&
      isNumbers(weights, channels * channels * (before + 1)) &&
      isNumbers(deviations, channels) &&
      deviations.every((each) => each > 0)
    );
  },
  start(model, channels): Detector {
    const smoothing = new Smoothing(channels, 'relation');
    const window = new Window(channels, model.lags);
    const residual = new Float64Array(channels);
    let rows = 0;
    return {
      statistics: smoothing.statistics,
      bound: (most) => smoothing.bound(most),
      push(row, into, at) {
        const joined = window.push(row);
        if (rows++ < model.lags) residual.fill(0);
        else residualOf(joined, model.weights, residual);
        for (let channel = 0; channel < channels; channel++)
          residual[channel] = (residual[channel] as number) / (model.deviations[channel] as number);
        smoothing.push(residual, into, at);
      },
    };
  },
};

function residualOf(joined: Float64Array, weights: Float64Array, into: Float64Array): void {
  const order = joined.length;
  for (let channel = 0; channel < into.length; channel++) {
    const start = channel * order;
    let sum = joined[channel] as number;
    for (let from = 0; from < order; from++)
      sum -= (weights[start + from] as number) * (joined[from] as number);
    into[channel] = sum;
  }
}

function deviationsOf(normal: NormalRows, weights: Float64Array): Float64Array {
  const { channels } = normal;
  const window = new Window(channels, lags);
  const residual = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let row = 0; row < normal.rows; row++) {
    const joined = window.push(rowOf(normal, row));
    if (row < lags) continue;
    residualOf(joined, weights, residual);
    for (let channel = 0; channel < channels; channel++)
      squares[channel] = (squares[channel] as number) + (residual[channel] as number) ** 2;
  }
  const count = Math.max(1, normal.rows - lags);
  return squares.map((sum) => Math.max(least, Math.sqrt(sum / count)));
}
