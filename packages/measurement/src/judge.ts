import { KitenError } from '@kiten/codec';
import { channelStatistics, type Detector, type DetectorKind, type Statistic } from './detectors/detector.ts';
import { baselines, detectorKinds } from './detectors/kinds.ts';
import { type FollowOptions, followerFor } from './follow/follow.ts';
import type { Follower, Wandered } from './follow/follower.ts';
import { areEnough, heightsFor } from './learn/budget.ts';
import { claimsOf, thresholdsOf } from './learn/calibration.ts';
import { daysOf, type Profile, type Resolution, resolutionFor } from './learn/profile.ts';
import { SilenceWatch } from './learn/silence.ts';
import { Standardiser } from './learn/standard.ts';
import { GapWatch, gapFromInterval } from './series/gaps.ts';

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
  /** Names of the detectors that judge, of those that were learned; all but those to compare with, unless given. */
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
  /** 1 / limit: what makes a statistic a severity. */
  readonly factors: Float64Array;
  /** The channel of each statistic; {@link all}: it is about all of them. */
  readonly channels: Int32Array;
  readonly into: Float64Array;
}

const all = -1;

/** Judges the readings of one stream, row after row, by a profile. */
export class Judge {
  readonly #standardiser: Standardiser;
  readonly #watches: readonly Watch[];
  readonly #silence: SilenceWatch | undefined;
  readonly #gaps: GapWatch;
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
    const { standard } = resolution;
    const detectors = learnedIn(resolution);
    if (options.detectors !== undefined) refuseUnlearned(profile, options.detectors);
    this.#standardiser = new Standardiser(standard);
    this.bySeverity = new Float64Array(profile.channels.length);
    const scales = scalesOf(profile, resolution, options);
    this.#watches = detectors.flatMap(({ kind: name, model }, at) => {
      const scale = scales[at];
      if (scale === undefined) return [];
      const { factors, bounds } = scale;
      const kind = kindOf(name);
      const detector = kind.start(model, profile.channels.length);
      detector.bound?.(bounds);
      const channels = channelsOf(detector.statistics);
      return [{ detector, drift: kind.drift, factors, channels, into: new Float64Array(factors.length) }];
    });
    this.#gaps = new GapWatch(profile.gap ?? gapFromInterval(profile.interval));
    this.#silence = profile.silences && new SilenceWatch(profile.silences);
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
    if (this.#gaps.push(time)) for (const { detector } of this.#watches) detector.gap?.();
    const readings = this.#silence?.push(values) ?? values;
    const row = this.#standardiser.push(readings);
    const follower = this.#follower;
    const followed = follower?.followed(row) ?? row;
    const byDay = follower?.followedByDay(row) ?? row;
    const { bySeverity } = this;
    bySeverity.fill(0);
    let severity = 0;
    let worst: Statistic | undefined;
    for (const { detector, drift, factors, channels, into } of this.#watches) {
      detector.push(drift === 'kept' ? row : drift === 'daily' ? byDay : followed, into, 0, time);
      let farthest = -1;
      for (let at = 0; at < into.length; at++) {
        const own = (into[at] as number) * (factors[at] as number);
        const channel = channels[at] as number;
        if (channel !== all && own > (bySeverity[channel] as number)) bySeverity[channel] = own;
        if (own <= severity) continue;
        severity = own;
        farthest = at;
      }
      if (farthest >= 0) worst = detector.statistics[farthest];
    }
    if (this.#silence?.isSilent === true)
      [severity, worst] = withSilence(this.#silence, readings, severity, worst, bySeverity);
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

/** What is said of a channel that has no reading is said of its silence: the others see a value that was before. */
function withSilence(
  { severities, statistics }: SilenceWatch,
  readings: Float64Array,
  severity: number,
  worst: Statistic | undefined,
  bySeverity: Float64Array,
): [number, Statistic | undefined] {
  let [farthest, found] = [severity, worst];
  for (let channel = 0; channel < severities.length; channel++) {
    const own = severities[channel] as number;
    if (own > (bySeverity[channel] as number)) bySeverity[channel] = own;
    if (own > farthest) [farthest, found] = [own, statistics[channel]];
  }
  const isSilent = found?.channel !== undefined && Number.isNaN(readings[found.channel]);
  return [farthest, isSilent ? statistics[found?.channel as number] : found];
}

/** Whether the simple detectors were learned, so that they can be named, all of them. */
export function hasBaselines({ resolutions }: Profile): boolean {
  const [finest] = resolutions;
  const learned = finest === undefined ? [] : learnedIn(finest).map(({ kind }) => kind);
  return baselines.every((name) => learned.includes(name));
}

const learnedIn = ({ detectors, beside = [] }: Resolution) => [...detectors, ...beside];

/** What is learned of the finest readings is all that there is: of coarser ones, some say nothing. */
function refuseUnlearned({ resolutions }: Profile, names: readonly string[]): void {
  const learned = resolutions.slice(0, 1).flatMap((finest) => learnedIn(finest).map(({ kind }) => kind));
  const unknown = names.find((name) => !learned.includes(name));
  if (unknown !== undefined)
    throw new KitenError(
      'measurement/detector-unknown',
      `The profile has no detector “${unknown.slice(0, 40)}”, but ${learned.join(', ')}.`,
    );
}

const channelsKnown = new WeakMap<readonly Statistic[], Int32Array>();

/** Once for all judges whose detectors share what their statistics are called. */
function channelsOf(statistics: readonly Statistic[]): Int32Array {
  const channels =
    channelsKnown.get(statistics) ?? Int32Array.from(statistics, ({ channel = all }) => channel);
  channelsKnown.set(statistics, channels);
  return channels;
}

interface Scale {
  readonly factors: Float64Array;
  /** What each statistic is that makes the severity which is remembered at most. */
  readonly bounds: Float64Array;
}

/** Of each detector; `undefined` of one that does not judge. */
type Scales = readonly (Scale | undefined)[];

/** The newest of each profile: ten thousand judges of one profile and one budget hold them once. */
const known = new WeakMap<Resolution, { readonly key: string; readonly scales: Scales }>();

function scalesOf(profile: Profile, resolution: Resolution, options: JudgeOptions): Scales {
  const { alarmsPerDay = profile.alarmsPerDay, detectors: names } = options;
  const key = `${alarmsPerDay} ${names?.join(' ') ?? ''}`;
  const newest = known.get(resolution);
  if (newest?.key === key) return newest.scales;
  const { detectors, beside = [] } = resolution;
  const judging =
    names === undefined ? detectors : [...detectors, ...beside].filter(({ kind }) => names.includes(kind));
  // One alarm has one cause: detectors share the budget.
  const days = daysOf(profile);
  const areTailsKnown = areEnough(days, alarmsPerDay);
  const claims = judging.flatMap(({ kind, calibration }) =>
    claimsOf(calibration, kindOf(kind), areTailsKnown),
  );
  const heights = heightsFor(claims, days, alarmsPerDay);
  const scales = learnedIn(resolution).map((learned): Scale | undefined => {
    const at = judging.indexOf(learned);
    if (at < 0) return undefined;
    const kind = kindOf(learned.kind);
    const { statistics } = kind.start(learned.model, profile.channels.length);
    const [times, rarity] = heights.slice(2 * at) as [number, number];
    const thresholds = thresholdsOf(learned.calibration, statistics, times, rarity);
    return {
      factors: thresholds.map((threshold) => 1 / threshold),
      bounds: thresholds.map((threshold) => (kind.isSlow ? threshold : remembered * threshold)),
    };
  });
  known.set(resolution, { key, scales });
  return scales;
}

function kindOf(name: string): DetectorKind<object> {
  const kind = detectorKinds.get(name);
  if (kind !== undefined) return kind;
  throw new KitenError(
    'measurement/detector-unknown',
    `The profile was learned for a detector “${name}”, which is not known here. Learn it anew.`,
  );
}
