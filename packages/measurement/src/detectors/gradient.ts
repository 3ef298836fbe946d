import {
  channelStatistics,
  type Detector,
  type DetectorKind,
  isNumbers,
  rowOf,
  stretchesOf,
} from './detector.ts';

export interface GradientModel {
  /** The deepest fall and the steepest rise of each channel from one row to the next. */
  readonly least: Float64Array;
  readonly most: Float64Array;
}

/** Steps are told from rounding from here on, in deviations of the channel. */
const finest = 0.02;

/** A baseline: sees a step larger than any there was, by how many times. */
export const gradient: DetectorKind<GradientModel> = {
  name: 'gradient',
  weight: 0.2,
  drift: 'kept',
  learn(normal) {
    const { channels } = normal;
    const least = new Float64Array(channels);
    const most = new Float64Array(channels);
    for (const stretch of stretchesOf(normal))
      for (let row = 1; row < stretch.rows; row++) {
        const [before, now] = [rowOf(stretch, row - 1), rowOf(stretch, row)];
        for (let channel = 0; channel < channels; channel++) {
          const step = (now[channel] as number) - (before[channel] as number);
          if (step < (least[channel] as number)) least[channel] = step;
          if (step > (most[channel] as number)) most[channel] = step;
        }
      }
    return { least, most };
  },
  fits(model, channels): model is GradientModel {
    const { least, most } = model as Partial<GradientModel>;
    return isNumbers(least, channels) && isNumbers(most, channels);
  },
  start({ least, most }, channels): Detector {
    const before = new Float64Array(channels).fill(Number.NaN);
    return {
      statistics: channelStatistics(channels, 'gradient'),
      gap() {
        before.fill(Number.NaN);
      },
      push(row, into, at) {
        for (let channel = 0; channel < channels; channel++) {
          const value = row[channel] as number;
          const step = value - (before[channel] as number);
          before[channel] = value;
          const known = step < 0 ? -(least[channel] as number) : (most[channel] as number);
          // The first row has no step: NaN is not above 0.
          into[at + channel] = Math.abs(step) > 0 ? Math.abs(step) / Math.max(finest, known) : 0;
        }
      },
    };
  },
};
