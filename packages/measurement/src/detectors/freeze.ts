import { channelStatistics, type Detector, type DetectorKind } from './detector.ts';

/** Sees a channel that has stood still for longer than it ever did: a stuck sensor, or one that is held. */
export const freeze: DetectorKind<Record<string, never>> = {
  name: 'freeze',
  weight: 0.1,
  drift: 'kept',
  learn: () => ({}),
  fits: (model): model is Record<string, never> => Object.keys(model).length === 0,
  start(_, channels): Detector {
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
          into[at + channel] = rows;
        }
      },
    };
  },
};
