import { Cholesky, multiply } from '@kiten/numerics';
import {
  channelStatistics,
  type Detector,
  type DetectorKind,
  isNumbers,
  type NormalRows,
  rowOf,
  sharedStatistics,
  stretchesOf,
} from './detector.ts';
import { kept } from './forget.ts';
import { joinedGram } from './products.ts';
import { isLags, Window } from './window.ts';

/** Each channel predicted from all others and their past, its own past left out: a gain changes that, too. */
export interface GainModel {
  readonly lags: number;
  /** A row of weights for each channel, over the channels of this row and of `lags` rows before; 0 for its own. */
  readonly weights: Float64Array;
  /** The standard deviation of what is left, for each channel. */
  readonly deviations: Float64Array;
  /** The mean square of what is expected of each channel. 0: nothing. */
  readonly powers: Float64Array;
}

const lags = 2;
/** In variances of a channel: as of the relation. */
const ridge = 0.005;
/** A residual smaller than this, in deviations of the channel, is rounding. */
const least = 0.003;
/** Of a channel's variance: what is expected of it must move by so much, or it says nothing of a gain. */
const leastPower = 0.05;
/** Rows over which sums fade, exponentially. */
const memories = [16, 64] as const;
/** Of the deviations of the two slopes. */
const ratio = Math.sqrt(memories[1] / memories[0]);
/** Of what the sum of squares is on average, so much is there at least: where nothing moves there is no slope. */
const leastSquares = 0.25;
/** In deviations of the channel: what is expected counts as no more, or one outburst is remembered for as long as it was loud. */
const widest = 1.5;
/** How far the slower slope may be from the faster, in deviations of the faster, so that what is over is soon forgotten. */
const room = 1.5;
/** In deviations: what a residual counts at most. A jump is no gain. */
const loudest = 6;

/**
 * Sees a channel that tells what it sees larger or smaller than it is, where a shift would not show because it swings around its
 * mean: the slope of what is left over what was expected. The statistic is the score of that slope, Σ z·x̂ / √Σ x̂², with z the
 * residual in its deviations, both sums fading; of independent residuals its variance is 1 at most, whatever the expected does.
 */
export const gain: DetectorKind<GainModel> = {
  name: 'gain',
  weight: 0.1,
  isSlow: true,
  learn(normal) {
    const { channels, rows } = normal;
    const weights = weightsOf(normal);
    const window = new Window(channels, lags);
    const expected = new Float64Array(channels);
    const squares = new Float64Array(channels);
    const powers = new Float64Array(channels);
    for (const stretch of stretchesOf(normal))
      for (let row = 0; row < stretch.rows; row++) {
        const joined = window.push(rowOf(stretch, row));
        if (row < lags) continue;
        multiply(weights, joined, expected);
        for (let channel = 0; channel < channels; channel++) {
          const own = expected[channel] as number;
          powers[channel] = (powers[channel] as number) + own ** 2 / rows;
          squares[channel] = (squares[channel] as number) + ((joined[channel] as number) - own) ** 2 / rows;
        }
      }
    return {
      ...{ lags, weights },
      deviations: squares.map((square) => Math.max(least, Math.sqrt(square))),
      powers: powers.map((power) => (power < leastPower ? 0 : power)),
    };
  },
  fits(model, channels): model is GainModel {
    const { lags: before, weights, deviations, powers } = model as Partial<GainModel>;
    return (
      isLags(before) &&
      isNumbers(weights, channels * channels * (before + 1)) &&
      isNumbers(deviations, channels) &&
      deviations.every((each) => each > 0) &&
      isNumbers(powers, channels)
    );
  },
  start({ lags: before, weights, deviations, powers }, channels): Detector {
    const window = new Window(channels, before);
    const expected = new Float64Array(channels);
    const products = memories.map(() => new Float64Array(channels));
    const squares = memories.map(() => new Float64Array(channels));
    const floors = memories.map((memory) =>
      powers.map((power) => (leastSquares * power) / (1 - (1 - 1 / memory) ** 2)),
    );
    let most: Float64Array | undefined;
    let rows = 0;
    return {
      statistics: sharedStatistics(`${channels} gain, over both`, () =>
        memories.flatMap(() => channelStatistics(channels, 'gain')),
      ),
      bound(limits) {
        most = limits;
      },
      gap() {
        rows = 0;
      },
      push(row, into, at) {
        const joined = window.push(row);
        if (rows++ < before) return;
        multiply(weights, joined, expected);
        for (const [place, memory] of memories.entries()) {
          const [above, below] = [products[place] as Float64Array, squares[place] as Float64Array];
          const least = floors[place] as Float64Array;
          const stays = 1 - 1 / memory;
          for (let channel = 0; channel < channels; channel++) {
            if (powers[channel] === 0) continue;
            const own = expected[channel] as number;
            const left = ((row[channel] as number) - own) / (deviations[channel] as number);
            const bounded = Math.min(loudest, Math.max(-loudest, left));
            const swing = Math.min(widest, Math.max(-widest, own));
            const product = stays * (above[channel] as number) + bounded * swing;
            const square = stays * stays * (below[channel] as number) + swing * swing;
            const scale = Math.sqrt(square + (least[channel] as number));
            const statistic = place * channels + channel;
            const reach =
              place === 0 ? Number.POSITIVE_INFINITY : ratio * ((into[at + channel] as number) + room);
            const score = Math.min(reach, Math.abs(product) / scale);
            into[at + statistic] = score;
            const limit = most?.[statistic] ?? Number.POSITIVE_INFINITY;
            above[channel] = Math.sign(product) * scale * (score > limit ? kept * limit : score);
            below[channel] = square;
          }
        }
      },
    };
  },
};

/**
 * With K the inverse of the covariance of the channels and their past, and own the places of one channel in it, what the rest says
 * of these is −K[own][own]⁻¹ · K[own][rest].
 */
function weightsOf(normal: NormalRows): Float64Array {
  const { channels } = normal;
  const order = channels * (lags + 1);
  const inverse = new Cholesky(joinedGram(normal, lags).matrix(ridge), order).inverse();
  const weights = new Float64Array(channels * order);
  for (let channel = 0; channel < channels; channel++) {
    const own = Array.from({ length: lags + 1 }, (_, lag) => lag * channels + channel);
    const block = Float64Array.from(own.flatMap((i) => own.map((j) => inverse[i * order + j] as number)));
    const first = new Float64Array(lags + 1);
    first[0] = 1;
    new Cholesky(block, lags + 1).solve(first);
    for (let from = 0; from < order; from++) {
      if (from % channels === channel) continue;
      let sum = 0;
      for (const [at, i] of own.entries())
        sum -= (first[at] as number) * (inverse[i * order + from] as number);
      weights[channel * order + from] = sum;
    }
  }
  return weights;
}
