import { Cholesky, multiply } from '@kiten/numerics';
import { type Detector, type DetectorKind, fewestOf, isNumbers } from './detector.ts';
import { joinedGram } from './products.ts';
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

const mostLags = 2;
/** Rows for each weight, at least: fewer would explain themselves, and say little of the rows to come. */
const rowsForWeight = 5;
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
    const joined = Math.floor(fewestOf(normal) / (rowsForWeight * channels));
    const lags = Math.max(0, Math.min(mostLags, joined - 1));
    const order = channels * (lags + 1);
    const gram = joinedGram(normal, lags);
    const inverse = new Cholesky(gram.matrix(ridge), order).inverse();
    const weights = new Float64Array(channels * order);
    const deviations = new Float64Array(channels);
    for (let channel = 0; channel < channels; channel++) {
      const own = inverse[channel * order + channel] as number;
      for (let from = 0; from < order; from++)
        if (from !== channel)
          weights[channel * order + from] = -(inverse[channel * order + from] as number) / own;
      const residual = weights.slice(channel * order, (channel + 1) * order);
      residual[channel] = -1;
      deviations[channel] = Math.max(least, Math.sqrt(gram.meanSquare(residual)));
    }
    return { lags, weights, deviations };
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
      gap() {
        rows = 0;
      },
      push(row, into, at) {
        const joined = window.push(row);
        // Until there are rows before it again, what was said stands.
        if (rows++ < model.lags) return;
        multiply(model.weights, joined, residual);
        for (let channel = 0; channel < channels; channel++)
          residual[channel] =
            ((row[channel] as number) - (residual[channel] as number)) /
            (model.deviations[channel] as number);
        smoothing.push(residual, into, at);
      },
    };
  },
};
