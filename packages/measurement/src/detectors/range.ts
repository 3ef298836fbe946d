import { channelStatistics, type Detector, type DetectorKind, isNumbers, rowOf } from './detector.ts';

export interface RangeModel {
  readonly least: Float64Array;
  readonly most: Float64Array;
}

/** Sees a channel outside of what it ever was, by how much of that span. */
export const range: DetectorKind<RangeModel> = {
  name: 'range',
  weight: 0.5,
  learn(normal) {
    const least = new Float64Array(normal.channels).fill(Number.POSITIVE_INFINITY);
    const most = new Float64Array(normal.channels).fill(Number.NEGATIVE_INFINITY);
    for (let row = 0; row < normal.rows; row++)
      for (const [channel, value] of rowOf(normal, row).entries()) {
        if (value < (least[channel] as number)) least[channel] = value;
        if (value > (most[channel] as number)) most[channel] = value;
      }
    return { least, most };
  },
  fits(model, channels): model is RangeModel {
    const { least, most } = model as Partial<RangeModel>;
    return isNumbers(least, channels) && isNumbers(most, channels);
  },
  start({ least, most }, channels): Detector {
    return {
      statistics: channelStatistics(channels, 'range'),
      push(row, into, at) {
        for (let channel = 0; channel < channels; channel++) {
          const value = row[channel] as number;
          const [low, high] = [least[channel] as number, most[channel] as number];
          const beyond = Math.max(low - value, value - high, 0);
          into[at + channel] = beyond === 0 ? 0 : beyond / Math.max(high - low, 1);
        }
      },
    };
  },
};
