import { channelStatistics, type Detector, type DetectorKind, isNumbers, rowOf } from './detector.ts';

export interface FreezeModel {
  /** Rows between two changes of each channel, on average; as many as there were, of one that never changed. */
  readonly between: Float64Array;
}

/**
 * Sees a channel that has stood still for longer than it ever did: a stuck sensor, or one that is held. The statistic is how many
 * changes were due since.
 */
export const freeze: DetectorKind<FreezeModel> = {
  name: 'freeze',
  weight: 0.1,
  drift: 'kept',
  learn(normal) {
    const changes = new Float64Array(normal.channels);
    for (let row = 1; row < normal.rows; row++) {
      const [before, now] = [rowOf(normal, row - 1), rowOf(normal, row)];
      for (let channel = 0; channel < normal.channels; channel++)
        if (before[channel] !== now[channel]) changes[channel] = (changes[channel] as number) + 1;
    }
    return { between: changes.map((count) => normal.rows / Math.max(1, count)) };
  },
  fits(model, channels): model is FreezeModel {
    const { between } = model as Partial<FreezeModel>;
    return isNumbers(between, channels) && between.every((rows) => rows > 0);
  },
  start({ between }, channels): Detector {
    const before = new Float64Array(channels).fill(Number.NaN);
    const still = new Float64Array(channels);
    return {
      statistics: channelStatistics(channels, 'freeze'),
      push(row, into, at) {
        for (let channel = 0; channel < channels; channel++) {
          const value = row[channel] as number;
          const rows = value === before[channel] ? (still[channel] as number) + 1 : 0;
          before[channel] = value;
          still[channel] = rows;
          into[at + channel] = rows / (between[channel] as number);
        }
      },
    };
  },
};
