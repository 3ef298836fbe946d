import type { Calibration } from './calibration.ts';
import type { NormalSilence } from './silence.ts';
import type { Standard } from './standard.ts';

/** What is normal, as it was learned. */
export interface Profile {
  readonly channels: readonly string[];
  /** What each channel is measured in; '' where nobody said. */
  readonly units?: readonly string[];
  /** Seconds between two rows; `undefined` if nobody said. */
  readonly interval: number | undefined;
  /** Seconds between two rows from which on others are missing between them; `undefined` if it was learned before that was looked at. */
  readonly gap?: number;
  /** Rows that it was learned from. */
  readonly rows: number;
  /** How each channel is silent; `undefined` if it was learned before that was looked at. */
  readonly silences?: readonly NormalSilence[];
  /** Alarms a day that the user wants to be called for without a cause, at most. */
  readonly alarmsPerDay: number;
  /**
   * What is normal of readings that are written with so many decimals, from the finest on. Rounding hides relations and
   * makes a channel stand still: what was learned from fine readings does not hold of coarse ones.
   */
  readonly resolutions: readonly Resolution[];
}

export interface Resolution {
  readonly decimals: number;
  readonly standard: Standard;
  readonly detectors: readonly LearnedDetector[];
  /** The simple ones that judge only where somebody asks for them, to compare with; `undefined` if they were not learned. */
  readonly beside?: readonly LearnedDetector[];
}

export interface LearnedDetector {
  readonly kind: string;
  /** Plain data, as its kind made it. */
  readonly model: object;
  readonly calibration: Calibration;
}

/** How long normal data are; rows of nobody says how many seconds are taken to be of one. */
export function daysOf({ rows, interval = 1 }: Pick<Profile, 'rows' | 'interval'>): number {
  return (rows * interval) / 86_400;
}

/** The coarsest that is as fine as the readings. */
export function resolutionFor(
  resolutions: readonly Resolution[],
  decimals = Number.POSITIVE_INFINITY,
): Resolution {
  const [finest] = resolutions;
  return (resolutions.findLast((each) => each.decimals >= decimals) ?? finest) as Resolution;
}
