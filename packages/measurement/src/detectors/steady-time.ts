import { channelStatistics, type Detector, type DetectorKind, isNumbers, rowOf } from './detector.ts';

export interface SteadyTimeModel {
  /** Rows that each channel kept a value for, at least and at most, between two changes. */
  readonly shortest: Float64Array;
  readonly longest: Float64Array;
}

/** A channel that changed less often has no usual time. */
const leastChanges = 10;

/**
 * A baseline: sees a switch, a pump, a valve that keeps its state for longer than it ever did, or changes it sooner, by how many
 * times (“SteadyTime”; Wolsing et al., “Can industrial intrusion detection be simple?”, ESORICS 2022).
 */
export const steadyTime: DetectorKind<SteadyTimeModel> = {
  name: 'steady-time',
  weight: 0.1,
  drift: 'kept',
  learn(normal) {
    const { channels, rows } = normal;
    const shortest = new Float64Array(channels).fill(rows);
    const longest = new Float64Array(channels);
    const changes = new Float64Array(channels);
    const since = new Float64Array(channels);
    const began = new Uint8Array(channels);
    const gaps = new Set(normal.gaps);
    for (let row = 1; row < rows; row++) {
      const [before, now] = [rowOf(normal, row - 1), rowOf(normal, row)];
      const isAfterGap = gaps.has(row);
      if (isAfterGap) began.fill(0);
      for (let channel = 0; channel < channels; channel++) {
        const steady = row - (since[channel] as number);
        if (now[channel] !== before[channel]) {
          // The first state began before the first row, and one that follows a gap within it.
          if (began[channel] === 1 && steady < (shortest[channel] as number)) shortest[channel] = steady;
          changes[channel] = (changes[channel] as number) + 1;
          since[channel] = row;
          began[channel] = isAfterGap ? 0 : 1;
        }
        if (steady > (longest[channel] as number)) longest[channel] = steady;
      }
    }
    const isUnknown = (channel: number): boolean => (changes[channel] as number) < leastChanges;
    return {
      shortest: shortest.map((each, channel) => (isUnknown(channel) ? 0 : each)),
      longest: longest.map((each, channel) => (isUnknown(channel) ? Number.POSITIVE_INFINITY : each)),
    };
  },
  fits(model, channels): model is SteadyTimeModel {
    const { shortest, longest } = model as Partial<SteadyTimeModel>;
    return isNumbers(shortest, channels) && isNumbers(longest, channels) && longest.every((each) => each > 0);
  },
  start({ shortest, longest }, channels): Detector {
    const before = new Float64Array(channels).fill(Number.NaN);
    const steady = new Float64Array(channels);
    /** Whether it was seen when its state began. */
    const began = new Uint8Array(channels);
    return {
      statistics: channelStatistics(channels, 'steady time'),
      gap() {
        steady.fill(0);
        began.fill(0);
      },
      push(row, into, at) {
        for (let channel = 0; channel < channels; channel++) {
          const value = row[channel] as number;
          const known = steady[channel] as number;
          const isChange = known > 0 && value !== before[channel];
          const tooSoon = isChange && began[channel] === 1 ? (shortest[channel] as number) / known : 0;
          steady[channel] = isChange ? 1 : known + 1;
          if (isChange) began[channel] = 1;
          before[channel] = value;
          into[at + channel] = Math.max(tooSoon, (steady[channel] as number) / (longest[channel] as number));
        }
      },
    };
  },
};
