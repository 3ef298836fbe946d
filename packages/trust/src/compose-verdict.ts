import { KitenError } from '@kiten/codec';
import { composeVector, sameVector } from './compose-claims.ts';
import { settleFindings } from './current-findings.ts';
import type { Finding } from './finding.ts';
import { indexParts, type PartGraph, type PartOf } from './part-of.ts';
import { type Profile, statusOf } from './profile.ts';
import { type Subject, subjectKey } from './subject.ts';
import type { Verdict } from './verdict.ts';

/** What a verdict is composed from. */
export interface VerdictInput {
  readonly subject: Subject;
  /** Findings on it and on everything it is made of or belongs to; those on other subjects are left out. */
  readonly findings: Iterable<Finding>;
  /** Part-of edges, or the index of them where many verdicts are composed. */
  readonly edges: Iterable<PartOf> | PartGraph;
  readonly profile: Profile;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** The verdict before this one, for the epoch. */
  readonly previous?: Verdict;
}

/**
 * Composes all that counts about one subject. Pure, independent of the order of findings and edges, and
 * linear in their number but for the sorting of what counts.
 *
 * The epoch is 1 for a first verdict, then grows by one exactly when vector, status or overdue changed.
 * A clock stepped back extends nothing: `now` is taken to be no earlier than the previous verdict.
 *
 * @throws KitenError `trust/verdict-subject` if the previous verdict is about another subject,
 *   `trust/claim-value` for a finding whose value is none.
 */
export function composeVerdict(input: VerdictInput): Verdict {
  const { subject, profile, previous } = input;
  if (previous !== undefined) mustBeAbout(subject, previous);
  const at = Math.max(input.now, previous?.at ?? input.now);

  const { counting, lapsed, lapsesAt } = settleFindings(findingsOn(input), at);
  const vector = composeVector(counting);
  const status = statusOf(vector, profile);
  const overdue = lapsed.length > 0;

  const verdict = { subject, vector, status, overdue, at, findings: counting, profile: profile.name };
  return { ...verdict, epoch: nextEpoch(verdict, previous), ...(lapsesAt !== undefined && { lapsesAt }) };
}

function* findingsOn({ subject, findings, edges }: VerdictInput): Generator<Finding> {
  const graph = 'composedOf' in edges ? edges : indexParts(edges);
  const composed = graph.composedOf(subject);
  for (const finding of findings) if (composed.has(subjectKey(finding.subject))) yield finding;
}

function nextEpoch(
  verdict: Pick<Verdict, 'vector' | 'status' | 'overdue'>,
  previous: Verdict | undefined,
): number {
  if (previous === undefined) return 1;
  const same =
    verdict.status === previous.status &&
    verdict.overdue === previous.overdue &&
    sameVector(verdict.vector, previous.vector);
  return same ? previous.epoch : previous.epoch + 1;
}

function mustBeAbout(subject: Subject, previous: Verdict): void {
  if (subjectKey(subject) === subjectKey(previous.subject)) return;
  throw new KitenError('trust/verdict-subject', 'The previous verdict is about another subject.', {
    detail: { subject: subjectKey(subject), previous: subjectKey(previous.subject) },
  });
}
