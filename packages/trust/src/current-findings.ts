import { canonicalJson } from '@kiten/codec';
import { claimNumber } from './claims.ts';
import { rankOf } from './compose-claims.ts';
import { type Finding, findingKey } from './finding.ts';
import { subjectKey } from './subject.ts';
import { type Tier, tierOf } from './tiers.ts';

/** What a history of findings amounts to at one instant. */
export interface SettledFindings {
  /** The findings that count, worst first. */
  readonly counting: readonly Finding[];
  /** Affirming findings that would count had they not lapsed: nothing newer has replaced them. */
  readonly lapsed: readonly Finding[];
  /** The first instant at which one of `counting` lapses. */
  readonly lapsesAt?: number;
}

/** The newest word of each kind that one appraiser said on one aspect. */
interface Sayings {
  affirming?: Finding;
  none?: Finding;
  adverse?: Finding;
}

/**
 * Supersession and lapse. The history may come in any order and with repetitions; each finding in it is
 * taken to be known at `now` (milliseconds since the Unix epoch), whatever its `at`.
 *
 * 1. Per subject, claim, appraiser and aspect the newest finding counts; of several from the same instant,
 *    the one that speaks worst of the subject. Newer means a greater `at`: the time of the evidence.
 * 2. Only affirming findings lapse, at `holdsUntil`. One that lapsed is not replaced by an older one.
 * 3. A warning or contraindicated finding stands until the same appraiser affirms from newer evidence, or
 *    speaks adversely again. A finding of tier `none` concludes nothing: it puts an affirmation aside, but
 *    never a warning, or a device could shed one by sending evidence that cannot be understood.
 * 4. A cleared finding counts as if nothing had been said on the aspect: what is as old or older stays
 *    superseded. History holds each finding once, a cleared one in its cleared form.
 */
export function settleFindings(history: Iterable<Finding>, now: number): SettledFindings {
  const counting: Finding[] = [];
  const lapsed: Finding[] = [];
  let lapsesAt = Number.POSITIVE_INFINITY;
  for (const sayings of collectSayings(history)) {
    const finding = decisive(sayings);
    if (finding === undefined) continue;
    if (finding !== sayings.affirming) counting.push(finding);
    else if (holds(finding, now)) {
      counting.push(finding);
      lapsesAt = Math.min(lapsesAt, finding.holdsUntil);
    } else lapsed.push(finding);
  }
  return {
    counting: counting.sort(worstFirst),
    lapsed: lapsed.sort(worstFirst),
    ...(lapsesAt !== Number.POSITIVE_INFINITY && { lapsesAt }),
  };
}

/** The findings of a history that count at `now`, worst first: see `settleFindings`. */
export function currentFindings(history: Iterable<Finding>, now: number): readonly Finding[] {
  return settleFindings(history, now).counting;
}

function collectSayings(history: Iterable<Finding>): Iterable<Sayings> {
  const byKey = new Map<string, Sayings>();
  for (const finding of history) {
    const key = findingKey(finding);
    const slot = slots[tierOf(finding.value)];
    const sayings = byKey.get(key) ?? {};
    const other = sayings[slot];
    if (other === undefined || supersedes(finding, other)) sayings[slot] = finding;
    byKey.set(key, sayings);
  }
  return byKey.values();
}

const slots: Readonly<Record<Tier, keyof Sayings>> = {
  none: 'none',
  affirming: 'affirming',
  warning: 'adverse',
  contraindicated: 'adverse',
};

function decisive({ affirming, none, adverse }: Sayings): Finding | undefined {
  if (adverse !== undefined && !isNewer(affirming, adverse)) {
    if (adverse.clearedBy === undefined) return adverse;
    return isNewer(none, adverse) ? none : undefined;
  }
  if (affirming === undefined || (none !== undefined && none.at >= affirming.at)) return none;
  // What was relayed from somebody whose word was withdrawn.
  return affirming.clearedBy === undefined ? affirming : undefined;
}

function isNewer(finding: Finding | undefined, than: Finding): boolean {
  return finding !== undefined && finding.at > than.at;
}

/** An affirming finding without an end would be a mistake, and mistakes affirm nothing. */
function holds(finding: Finding, now: number): finding is Finding & { holdsUntil: number } {
  return finding.holdsUntil !== undefined && now < finding.holdsUntil;
}

/** Between two findings of one slot: the newer; then the one that stands, that is worse, that ends sooner. */
function supersedes(finding: Finding, other: Finding): boolean {
  if (finding.at !== other.at) return finding.at > other.at;
  if ((finding.clearedBy === undefined) !== (other.clearedBy === undefined))
    return finding.clearedBy === undefined;
  if (finding.value !== other.value) return rankOf(finding.value) > rankOf(other.value);
  if (finding.holdsUntil !== other.holdsUntil) return (finding.holdsUntil ?? 0) < (other.holdsUntil ?? 0);
  // They amount to the same. Which of them is shown must still not depend on the order they came in.
  return canonicalJson(finding) < canonicalJson(other);
}

function worstFirst(left: Finding, right: Finding): number {
  return (
    rankOf(right.value) - rankOf(left.value) ||
    claimNumber(left.claim) - claimNumber(right.claim) ||
    compareText(subjectKey(left.subject), subjectKey(right.subject)) ||
    compareText(left.appraiser, right.appraiser) ||
    compareText(left.aspect, right.aspect)
  );
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
