import type { ClaimName } from './claims.ts';
import type { Subject } from './subject.ts';

/** Who cleared a finding, why and when: an entry on record, not a deletion. */
export interface Clearance {
  readonly operator: string;
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** One thing that an appraiser concluded about one claim of one subject. */
export interface Finding {
  readonly subject: Subject;
  readonly claim: ClaimName;
  /** −128…127, see `tierOf`. */
  readonly value: number;
  /** Stable and named in `docs/findings.md`: `gateway/credential-in-two-places`. */
  readonly code: string;
  /** What this appraiser looked at within the claim, so that two conclusions do not supersede each other. */
  readonly aspect: string;
  readonly appraiser: string;
  /** When the evidence was taken, in milliseconds since the Unix epoch: not when it was appraised. */
  readonly at: number;
  /** Until when (exclusive) it holds. Exactly the affirming findings have it: nothing else lapses. */
  readonly holdsUntil?: number;
  /** Digests of the evidence it rests on, `sha256:` and 64 hexadecimal digits. */
  readonly premises: readonly string[];
  /** SHA-256, hexadecimal, of the logged statement whose word this finding only relays. */
  readonly relays?: string;
  /** What the sentences of its code mention. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Only on a warning or contraindicated finding: an operator decided that it no longer counts. */
  readonly clearedBy?: Clearance;
}

/** Findings with the same key supersede each other: the same appraiser, on the same aspect of one claim. */
export function findingKey(finding: Pick<Finding, 'subject' | 'claim' | 'appraiser' | 'aspect'>): string {
  const { subject, claim, appraiser, aspect } = finding;
  // U+0000 can stand in none of the parts.
  return [subject.kind, subject.id, claim, appraiser, aspect].join('\u0000');
}
