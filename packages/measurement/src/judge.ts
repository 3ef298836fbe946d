import { KitenError } from '@kiten/codec';
import { channelStatistics, type Detector, type DetectorKind, type Statistic } from './detectors/detector.ts';
import { detectorKinds } from './detectors/kinds.ts';
import { type FollowOptions, followerFor } from './follow/follow.ts';
import type { Follower, Wandered } from './follow/follower.ts';
import { heightFor } from './learn/budget.ts';
import { type LearnedDetector, type Profile, resolutionFor } from './learn/profile.ts';
import { Standardiser } from './learn/standard.ts';

/** How far a row is from normal. */
export interface Judgement {
  /** 1 is where an alarm begins. */
  readonly severity: number;
  /** From 1 on, and until it is clearly below again. */
  readonly isAlarm: boolean;
  /** What is farthest from normal. */
  readonly worst: Statistic | undefined;
}

export interface JudgeOptions {
  /** Instead of what the profile was learned for. */
  readonly alarmsPerDay?: number;
  /** Decimals that the readings are written with; as many as what was learned from, unless given. */
  readonly decimals?: number;
  /** Names of the detectors that judge, of those that were learned; all of them, unless given. */
  readonly detectors?: readonly string[];
  /** What is normal is followed where it wanders slowly; it stays as it was learned, unless given. */
  readonly follow?: FollowOptions;
}

/** An alarm that has begun lasts while the severity is no less: one that hovers around 1 is one alarm. */
const lasting = 0.9;
/** The severity that is remembered at most: what was clear for long is over soon. */
const remembered = 1.5;

interface Watch {
  readonly detector: Detector;
  readonly drift: DetectorKind<object>['drift'];
  /** 1 / (limit · height): what makes a statistic a severity. */
  readonly factors: Float64Array;
  readonly into: Float64Array;
}

/** Judges the readings of one stream, row after row, by a profile. */
export class Judge {
  readonly #standardiser: Standardiser;
  readonly #watches: readonly Watch[];
  readonly #follower: Follower | undefined;
  readonly #drifts: readonly Statistic[];
  #isAlarm = false;
  /** How far each channel is from normal by itself, in the row that was judged last. */
  readonly bySeverity: Float64Array;

  /**
   * @throws KitenError `measurement/detector-unknown` for a profile of a newer version, or a detector that was not learned;
   * `measurement/interval-unknown`, `measurement/drift-malformed` of what is to be followed
   */
  constructor(profile: Profile, options: JudgeOptions = {}) {
    const resolution = resolutionFor(profile.resolutions, options.decimals);
    const { standard, detectors: learned } = resolution;
    if (options.detectors !== undefined) refuseUnlearned(profile, options.detectors);
    const detectors = learned.filter(({ kind }) => options.detectors?.includes(kind) ?? true);
    this.#standardiser = new Standardiser(standard);
    this.bySeverity = new Float64Array(profile.channels.length);
    // One alarm has one cause: detectors share the budget.
    const weights = detectors.map(({ kind }) => kindOf(kind).weight);
    const perWeight =
      (options.alarmsPerDay ?? profile.alarmsPerDay) / weights.reduce((sum, weight) => sum + weight, 0);
    this.#watches = detectors.map((learned, at) =>
      watch(learned, profile.channels.length, perWeight * (weights[at] as number)),
    );
    this.#follower = options.follow && followerFor(profile, resolution, options.follow);
    this.#drifts = channelStatistics(profile.channels.length, 'drift');
  }

  /** Where normal has wandered to since it was accepted; `undefined` if it is not followed. */
  get wandered(): Wandered | undefined {
    return this.#follower?.wandered;
  }

  /**
   * @param values a reading a channel, in the profile's order; NaN: missing
   * @param time seconds since the Unix epoch, or as the profile's normal data count them
   */
  push(values: Float64Array, time?: number): Judgement {
    const row = this.#standardiser.push(values);
    const follower = this.#follower;
    const followed = follower?.followed(row) ?? row;
    const byDay = follower?.followedByDay(row) ?? row;
    const { bySeverity } = this;
    bySeverity.fill(0);
    let severity = 0;
    let worst: Statistic | undefined;
    for (const { detector, drift, factors, into } of this.#watches) {
      detector.push(drift === 'kept' ? row : drift === 'daily' ? byDay : followed, into, 0, time);
      const { statistics } = detector;
      for (let at = 0; at < into.length; at++) {
        const own = (into[at] as number) * (factors[at] as number);
        const { channel } = statistics[at] as Statistic;
        if (channel !== undefined && own > (bySeverity[channel] as number)) bySeverity[channel] = own;
        if (own <= severity) continue;
        severity = own;
        worst = statistics[at];
      }
    }
    if (follower !== undefined) {
      follower.push(row, severity, time);
      const { channel, share } = follower.farthest;
      bySeverity[channel] = Math.max(share, bySeverity[channel] as number);
      if (share > severity) [severity, worst] = [share, this.#drifts[channel]];
    }
    this.#isAlarm = severity >= (this.#isAlarm ? lasting : 1);
    return { severity, isAlarm: this.#isAlarm, worst };
  }
}

/** What is learned of the finest readings is all that there is: of coarser ones, some say nothing. */
function refuseUnlearned({ resolutions }: Profile, names: readonly string[]): void {
  const learned = resolutions[0]?.detectors.map(({ kind }) => kind) ?? [];
  const unknown = names.find((name) => !learned.includes(name));
  if (unknown !== undefined)
    throw new KitenError(
      'measurement/detector-unknown',
      `The profile has no detector “${unknown.slice(0, 40)}”, but ${learned.join(', ')}.`,
    );
}

function watch(learned: LearnedDetector, channels: number, share: number): Watch {
  const { model, limits } = learned;
  const kind = kindOf(learned.kind);
  const { factors, bounds } = scaleOf(learned, share);
  const detector = kind.start(model, channels);
  detector.bound?.(bounds);
  return { detector, drift: kind.drift, factors, into: new Float64Array(limits.length) };
}

/** The newest of each detector that was learned: ten thousand judges of one profile and one budget hold them once. */
const known = new WeakMap<LearnedDetector, Scale>();

interface Scale {
  readonly share: number;
  readonly factors: Float64Array;
  /** What each statistic is that makes the severity which is remembered at most. */
  readonly bounds: Float64Array;
}

function scaleOf(learned: LearnedDetector, share: number): Scale {
  const newest = known.get(learned);
  if (newest?.share === share) return newest;
  const height = Math.max(1, heightFor(learned.peaks, share));
  const factors = learned.limits.map((limit) => 1 / (limit * height));
  const scale = { share, factors, bounds: factors.map((factor) => remembered / factor) };
  known.set(learned, scale);
  return scale;
}

function kindOf(name: string): DetectorKind<object> {
  const kind = detectorKinds.get(name);
  if (kind !== undefined) return kind;
  throw new KitenError(
    'measurement/detector-unknown',
    `The profile was learned for a detector “${name}”, which is not known here. Learn it anew.`,
  );
}
