import { KitenError } from '@kiten/codec';
import { isNumbers } from '../detectors/detector.ts';
import { type Profile, type Resolution, resolutionFor } from '../learn/profile.ts';
import { defaultFollowRules, Follower, type FollowRules, type Wandered } from './follower.ts';
import { longRunCovariance } from './long-run.ts';

export interface FollowOptions {
  readonly rules?: FollowRules;
  /** Seconds between two rows, where the profile does not say. */
  readonly interval?: number;
  /** Where normal had wandered to before, as `Judge.wandered` said. */
  readonly from?: Wandered;
}

/** @throws KitenError `measurement/interval-unknown`, `measurement/drift-malformed` */
export function followerFor(profile: Profile, resolution: Resolution, options: FollowOptions): Follower {
  const { rules = defaultFollowRules, interval = profile.interval, from } = options;
  const channels = profile.channels.length;
  if (interval === undefined)
    throw new KitenError(
      'measurement/interval-unknown',
      'Normal wanders by so much a day at most, and the profile does not say how many rows a day has.',
    );
  if (from !== undefined && !(isNumbers(from.drift, channels) && isNumbers(from.morning, channels)))
    throw new KitenError(
      'measurement/drift-malformed',
      'What has drifted is of other channels than the profile.',
    );
  return new Follower(longRunCovariance(resolution, channels), interval, rules, from);
}

/** How far the normal of one channel is from where it was accepted. */
export interface Drift {
  readonly channel: string;
  /** In deviations of the channel. */
  readonly deviations: number;
  /** As it is read. */
  readonly amount: number;
  /** What it is read in, where somebody said so. */
  readonly unit?: string;
}

/** Of every channel, the farthest first. */
export function driftsOf(profile: Profile, { drift }: Wandered, decimals?: number): Drift[] {
  const { deviations: scales } = resolutionFor(profile.resolutions, decimals).standard;
  return profile.channels
    .map((channel, at): Drift => {
      const [deviations, unit = ''] = [drift[at] as number, profile.units?.[at]];
      const amount = deviations * (scales[at] as number);
      return { channel, deviations, amount, ...(unit === '' ? {} : { unit }) };
    })
    .sort((one, other) => Math.abs(other.deviations) - Math.abs(one.deviations));
}
