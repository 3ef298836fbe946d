import { KitenError } from '@kiten/codec';
import { type Subject, subjectKey } from '../subject.ts';
import { assembleDerivation, type Derivation } from './assemble-derivation.ts';
import type { Root } from './bundle.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { readGoal } from './goal.ts';
import { type Mark, markOf } from './mark.ts';
import { missingFact } from './missing-fact.ts';
import type { CompiledRules } from './plan.ts';
import type { SignedFacts } from './signed-facts.ts';
import type { Atom } from './term.ts';

/** What a verdict is derived from. */
export interface VerdictSources {
  readonly rules: CompiledRules;
  readonly roots: readonly Root[];
  /**
   * Statements that verify and are in the log: appointments, compositions, findings, the verdict. One that is not
   * needed does no harm, but takes its time.
   */
  readonly statements: readonly SignedFacts[];
  /** Whether a mark is in force. */
  readonly isMarked: (mark: Mark) => boolean;
  /** Whom the verdict is on. Of several that follow, the one with the highest epoch is derived, then the latest. */
  readonly subject: Subject;
}

/**
 * Derives the verdict on a subject. Pure; the same sources in the same order give the same derivation.
 *
 * @throws KitenError `trust/not-derivable`, with the nearest fact that is missing, in Datalog, as `detail.missing`;
 *   `trust/derivation-too-large`
 */
export function deriveVerdict(sources: VerdictSources): Derivation {
  const { rules, roots, statements, isMarked } = sources;
  const given: Atom[] = roots.map(({ keyId, role }) => ['root', keyId, role]);
  for (const { says } of statements) given.push(...says);
  const ask = (atom: Atom): boolean => {
    const mark = markOf(atom);
    return mark !== undefined && isMarked(mark) === (atom[0] === 'present');
  };
  const evaluation = evaluate(rules, given, ask);
  const subject = subjectKey(sources.subject);
  const goal = latestVerdict(evaluation, subject);
  if (goal === undefined) {
    const { reason, missing } = missingFact(evaluation, ask, subject);
    throw new KitenError('trust/not-derivable', `The verdict does not follow: ${reason}`, {
      detail: { missing },
    });
  }
  return assembleDerivation(evaluation, sources, goal);
}

/** The number of the atom that says most: of the highest epoch, then the latest, then the first. */
function latestVerdict(evaluation: Evaluation, subject: string): number | undefined {
  let latest: { readonly number: number; readonly epoch: number; readonly at: number } | undefined;
  for (const number of evaluation.numbersOf('verdict')) {
    const goal = readGoal(evaluation.atom(number));
    if (goal?.subject !== subject) continue;
    const { epoch, at } = goal;
    if (latest === undefined || epoch > latest.epoch || (epoch === latest.epoch && at > latest.at))
      latest = { number, epoch, at };
  }
  return latest?.number;
}
