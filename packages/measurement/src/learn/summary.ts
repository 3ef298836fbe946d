import { type RangeModel, range } from '../detectors/range.ts';
import type { Profile } from './profile.ts';

/** What a profile takes for normal, in figures that a person can compare. */
export interface ProfileSummary {
  /** Rows that it was learned from. */
  readonly rows: number;
  /** Seconds between two rows; `undefined` if nobody said. */
  readonly interval: number | undefined;
  readonly alarmsPerDay: number;
  readonly channels: readonly ChannelSummary[];
}

/** A channel while nothing was wrong, as it is read. */
export interface ChannelSummary {
  readonly channel: string;
  /** What it is measured in; '' where nobody said. */
  readonly unit: string;
  readonly mean: number;
  /** The standard deviation. */
  readonly deviation: number;
  /** What it was at least and at most; `undefined` where that was not learned. */
  readonly least: number | undefined;
  readonly most: number | undefined;
}

/** Of the readings as they came, not rounded. */
export function summaryOf({
  channels,
  units,
  rows,
  interval,
  alarmsPerDay,
  resolutions,
}: Profile): ProfileSummary {
  const [finest] = resolutions;
  const seen = finest?.detectors.find(({ kind }) => kind === range.name)?.model as RangeModel | undefined;
  const summary = (channel: string, at: number): ChannelSummary => {
    const mean = finest?.standard.means[at] as number;
    const deviation = finest?.standard.deviations[at] as number;
    const asRead = (standard: Float64Array | undefined) =>
      standard && mean + deviation * (standard[at] as number);
    const [least, most] = [asRead(seen?.least), asRead(seen?.most)];
    return { channel, unit: units?.[at] ?? '', mean, deviation, least, most };
  };
  return { rows, interval, alarmsPerDay, channels: channels.map(summary) };
}
