import { KitenError } from '@kiten/codec';
import type { Detector, DetectorKind, Statistic } from './detectors/detector.ts';
import { detectorKinds } from './detectors/kinds.ts';
import { heightFor } from './learn/budget.ts';
import { type LearnedDetector, type Profile, resolutionFor } from './learn/profile.ts';
import { Standardiser } from './learn/standard.ts';

/** How far a row is from normal. */
export interface Judgement {
  /** 1 is where an alarm begins. */
  readonly severity: number;
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
}

interface Watch {
  readonly detector: Detector;
  /** 1 / (limit · height): what makes a statistic a severity. */
  readonly factors: Float64Array;
  readonly into: Float64Array;
}

/** Judges the readings of one stream, row after row, by a profile. */
export class Judge {
  readonly #standardiser: Standardiser;
  readonly #watches: readonly Watch[];
  /** How far each channel is from normal by itself, in the row that was judged last. */
  readonly bySeverity: Float64Array;

  /** @throws KitenError `measurement/detector-unknown` for a profile of a newer version, or a detector that was not learned */
  constructor(profile: Profile, options: JudgeOptions = {}) {
    const { standard, detectors: learned } = resolutionFor(profile.resolutions, options.decimals);
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
  }

  /**
   * @param values a reading a channel, in the profile's order; NaN: missing
   * @param time seconds since the Unix epoch, or as the profile's normal data count them
   */
  push(values: Float64Array, time?: number): Judgement {
    const row = this.#standardiser.push(values);
    const { bySeverity } = this;
    bySeverity.fill(0);
    let severity = 0;
    let worst: Statistic | undefined;
    for (const { detector, factors, into } of this.#watches) {
      detector.push(row, into, 0, time);
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
    return { severity, isAlarm: severity >= 1, worst };
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
  const { kind, model, limits } = learned;
  return {
    detector: kindOf(kind).start(model, channels),
    factors: factorsOf(learned, share),
    into: new Float64Array(limits.length),
  };
}

/** The newest of each detector that was learned: ten thousand judges of one profile and one budget hold them once. */
const known = new WeakMap<LearnedDetector, { readonly share: number; readonly factors: Float64Array }>();

function factorsOf(learned: LearnedDetector, share: number): Float64Array {
  const newest = known.get(learned);
  if (newest?.share === share) return newest.factors;
  const height = Math.max(1, heightFor(learned.peaks, share));
  const factors = learned.limits.map((limit) => 1 / (limit * height));
  known.set(learned, { share, factors });
  return factors;
}

function kindOf(name: string): DetectorKind<object> {
  const kind = detectorKinds.get(name);
  if (kind !== undefined) return kind;
  throw new KitenError(
    'measurement/detector-unknown',
    `The profile was learned for a detector “${name}”, which is not known here. Learn it anew.`,
  );
}
