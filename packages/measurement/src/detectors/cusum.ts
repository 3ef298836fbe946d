import {
  channelStatistics,
  type Detector,
  type DetectorKind,
  isNumbers,
  rowOf,
  stretchesOf,
} from './detector.ts';

export interface CusumModel {
  /** How much of a channel's last value stays in the next: its correlation from row to row. */
  readonly persistence: Float64Array;
  /** The standard deviation of what its last value does not explain. */
  readonly deviations: Float64Array;
}

/** In deviations: half of the shift that is found soonest. */
const slack = 0.5;
/** What is added up at most, so that what is over is forgotten. */
const most = 30;
/** A deviation smaller than this, in deviations of the channel, is rounding. */
const least = 0.003;

/**
 * Sees a small shift that lasts, up or down: two-sided cumulative sums (Page, Biometrika 41, 1954) of what a channel's own last
 * value does not explain.
 */
export const cusum: DetectorKind<CusumModel> = {
  name: 'cusum',
  weight: 0.5,
  learn(normal) {
    const { channels } = normal;
    const stretches = stretchesOf(normal);
    const pairs = stretches.reduce((sum, { rows }) => sum + rows - 1, 0);
    const squares = new Float64Array(channels);
    const products = new Float64Array(channels);
    for (const stretch of stretches)
      for (let row = 1; row < stretch.rows; row++) {
        const [before, now] = [rowOf(stretch, row - 1), rowOf(stretch, row)];
        for (let channel = 0; channel < channels; channel++) {
          const last = before[channel] as number;
          squares[channel] = (squares[channel] as number) + last * last;
          products[channel] = (products[channel] as number) + last * (now[channel] as number);
        }
      }
    const persistence = squares.map((sum, channel) =>
      sum === 0 ? 0 : Math.max(0, Math.min(0.99, (products[channel] as number) / sum)),
    );
    const left = new Float64Array(channels);
    for (const stretch of stretches)
      for (let row = 1; row < stretch.rows; row++) {
        const [before, now] = [rowOf(stretch, row - 1), rowOf(stretch, row)];
        for (let channel = 0; channel < channels; channel++) {
          const rest =
            (now[channel] as number) - (persistence[channel] as number) * (before[channel] as number);
          left[channel] = (left[channel] as number) + rest * rest;
        }
      }
    return {
      persistence,
      deviations: left.map((sum) => Math.max(least, Math.sqrt(sum / Math.max(1, pairs)))),
    };
  },
  fits(model, channels): model is CusumModel {
    const { persistence, deviations } = model as Partial<CusumModel>;
    return (
      isNumbers(persistence, channels) &&
      isNumbers(deviations, channels) &&
      deviations.every((each) => each > 0)
    );
  },
  start({ persistence, deviations }, channels): Detector {
    const before = new Float64Array(channels);
    const above = new Float64Array(channels);
    const below = new Float64Array(channels);
    const factors = deviations.map((deviation) => 1 / deviation);
    let isFirst = true;
    return {
      statistics: channelStatistics(channels, 'cusum'),
      gap() {
        isFirst = true;
        above.fill(0);
        below.fill(0);
      },
      push(row, into, at) {
        if (isFirst) before.set(row);
        isFirst = false;
        for (let channel = 0; channel < channels; channel++) {
          const value = row[channel] as number;
          const own = value - (persistence[channel] as number) * (before[channel] as number);
          const rest = own * (factors[channel] as number);
          before[channel] = value;
          const up = bounded((above[channel] as number) + rest - slack);
          const down = bounded((below[channel] as number) - rest - slack);
          above[channel] = up;
          below[channel] = down;
          into[at + channel] = up > down ? up : down;
        }
      },
    };
  },
};

function bounded(sum: number): number {
  if (sum < 0) return 0;
  return sum > most ? most : sum;
}
