import { isStanding, type Standing } from '../standing.ts';
import { readSubjectKey, type Subject } from '../subject.ts';
import type { Atom } from './term.ts';

/** What a verdict statement says, without the findings that it counts. */
export interface VerdictReading {
  readonly subject: Subject;
  readonly epoch: number;
  /** When it was composed, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly standing: Standing;
  /** Key id of the key that the device proves itself with; no bytes if it has none. */
  readonly holder: Uint8Array;
  readonly overdue: boolean;
  readonly profile: string;
  /** How many findings it counts. */
  readonly findings: number;
}

/** The verdict that the facts of a statement are; undefined if they are anything else. */
export function readVerdictFacts(facts: readonly Atom[]): VerdictReading | undefined {
  const [first, ...counts] = facts as readonly (readonly unknown[])[];
  const [predicate, key, epoch, at, standing, holder, overdue, profile, mask, findings] = first ?? [];
  const subject = typeof key === 'string' ? readSubjectKey(key) : undefined;
  const holds =
    predicate === 'verdict' &&
    first?.length === 10 &&
    subject !== undefined &&
    [epoch, at, mask, overdue].every((number) => typeof number === 'number') &&
    isStanding(standing) &&
    holder instanceof Uint8Array &&
    typeof profile === 'string' &&
    findings === counts.length &&
    counts.every(([counted, index], place) => counted === 'counts' && index === place);
  if (!holds) return undefined;
  return {
    ...{ subject, standing, holder, profile, findings, overdue: overdue === 1 },
    ...{ epoch: epoch as number, at: at as number },
  };
}
