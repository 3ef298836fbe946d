import type { TrustVector } from './claims.ts';
import type { Finding } from './finding.ts';
import type { Subject } from './subject.ts';
import type { Tier } from './tiers.ts';

/** All that counts about one subject at one moment, composed. */
export interface Verdict {
  readonly subject: Subject;
  readonly vector: TrustVector;
  readonly status: Tier;
  /** An affirming finding has lapsed and nothing newer replaced it. */
  readonly overdue: boolean;
  /** Grows by one exactly when vector, status or overdue changed. */
  readonly epoch: number;
  /** When it was composed, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The findings that count. */
  readonly findings: readonly Finding[];
  /** Name of the profile it was composed under. */
  readonly profile: string;
  /** The next instant at which it changes by itself; absent if time alone changes nothing. */
  readonly lapsesAt?: number;
}
