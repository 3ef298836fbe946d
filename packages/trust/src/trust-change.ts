import type { Standing } from './standing.ts';
import type { Subject } from './subject.ts';
import type { Verdict } from './verdict.ts';

/** What enforcement looks at: a subject's standing and its verdict. */
export interface TrustState {
  readonly standing: Standing;
  readonly verdict: Verdict;
}

export type TrustDirection = 'fall' | 'rise' | 'same';

/** A subject's trust before and after something happened. */
export interface TrustChange {
  readonly subject: Subject;
  readonly direction: TrustDirection;
  /** Absent for a subject that was not known before. */
  readonly before?: TrustState;
  readonly after: TrustState;
}
