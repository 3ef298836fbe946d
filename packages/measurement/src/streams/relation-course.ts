import type { CrossJudge } from '../cross/cross-judge.ts';

/** How far out of place something is that ought to hold: a declared check, as text, or `relation` for all that was learned. */
export interface CheckStanding {
  readonly check: string;
  /** 1 is where an alarm begins; null: it cannot be said, as a sensor is missing. */
  readonly severity: number | null;
}

/** How far out of place each check was in the row that was judged last. */
export function standingOf({ checks, standing }: CrossJudge): readonly CheckStanding[] {
  return checks.map((check, at) => {
    const severity = standing[at] as number;
    return { check, severity: Number.isNaN(severity) ? null : severity };
  });
}

/** The newest joint rows of a relation, the oldest of them first. */
export interface RelationCourse {
  /** `STREAM#CHANNEL`, in the order of the values of a row. */
  readonly sensors: readonly string[];
  /** What ought to hold, in the order of the severities of a row; none as long as nothing is judged. */
  readonly checks: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly times: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
  readonly severities: readonly (readonly (number | null)[])[];
}
