import { Cholesky, ShrunkCovariance } from '@kiten/numerics';
import { type Detector, type DetectorKind, isNumbers, rowOf } from './detector.ts';
import { shorten } from './forget.ts';
import { tempered } from './tempered.ts';
import { Whitening } from './whitening.ts';

export interface MewmaModel {
  /** For each weight the lower triangle L of the covariance L·Lᵀ of the means, channels × channels. */
  readonly lower: Float64Array;
}

/** Weights of the newest row in the means, the fastest first. */
export const mewmaWeights = [0.3, 0.1];
/** In variances of a channel; what rounding may hide. */
const ridge = 0.01;
/** Rows until the means have forgotten that they began at 0. */
const warmUp = 20;

/**
 * Sees all channels leave their means together, each by little: the length of the vector of exponentially weighted means in units
 * of its own covariance (MEWMA; Lowry et al., Technometrics 34(1), 1992). The covariance is that of the means as they were, not
 * that of independent rows, and shrunk.
 */
export const mewma: DetectorKind<MewmaModel> = {
  name: 'mewma',
  weight: 1,
  learn(normal) {
    const { channels, rows } = normal;
    const lower = new Float64Array(mewmaWeights.length * channels * channels);
    for (const [at, weight] of mewmaWeights.entries()) {
      const covariance = new ShrunkCovariance(channels);
      const means = new Float64Array(channels);
      for (let row = 0; row < rows; row++) {
        follow(means, rowOf(normal, row), weight);
        if (row >= warmUp) covariance.add(means);
      }
      const matrix = covariance.matrix(1, (ridge * weight) / (2 - weight));
      lower.set(new Cholesky(matrix, channels).lower, at * channels * channels);
    }
    return { lower };
  },
  fits(model, channels): model is MewmaModel {
    const { lower } = model as Partial<MewmaModel>;
    const size = channels * channels;
    return (
      isNumbers(lower, mewmaWeights.length * size) &&
      mewmaWeights.every((_, at) =>
        Whitening.isTriangle(lower.subarray(at * size, (at + 1) * size), channels),
      )
    );
  },
  start({ lower }, channels): Detector {
    const whitenings = mewmaWeights.map((_, at) => new Whitening(lower, channels, at));
    const means = mewmaWeights.map(() => new Float64Array(channels));
    let bounds: Float64Array | undefined;
    return {
      statistics: mewmaWeights.map(() => ({ channel: undefined, sees: 'mewma' })),
      bound(most) {
        bounds = most;
      },
      push(row, into, at) {
        for (let scale = 0; scale < mewmaWeights.length; scale++) {
          const mean = means[scale] as Float64Array;
          follow(mean, row, mewmaWeights[scale] as number);
          const length = (whitenings[scale] as Whitening).lengthOf(mean);
          shorten(mean, length, bounds?.[scale]);
          into[at + scale] = length;
        }
      },
    };
  },
};

function follow(means: Float64Array, row: Float64Array, weight: number): void {
  for (let channel = 0; channel < means.length; channel++) {
    const before = means[channel] as number;
    means[channel] = before + weight * (tempered(row[channel] as number) - before);
  }
}
