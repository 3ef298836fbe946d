import { KitenError } from '@kiten/codec';
import { computations } from './compute.ts';
import { computes, isVariable, type Pattern, type Rule } from './rule.ts';

/** Predicates whose atoms are asked for one by one, because there is no end to those that hold. */
const askedPredicates: ReadonlySet<string> = new Set(['absent', 'present']);

/** Whether a pattern asks about a mark. */
export function asks([predicate]: Pattern): boolean {
  return askedPredicates.has(predicate);
}

/**
 * Checks that a rule can be applied by going through its body in order.
 *
 * @throws KitenError `trust/rules-unbound` if it is not range-restricted: a variable of the head, of an input of a
 *   computation or of a question about a mark that nothing before it in the body binds; `trust/rules-computation` for
 *   a computation that nobody knows, `trust/rules-head` for a head that no step can conclude.
 */
export function mustBeApplicable(rule: Rule): void {
  const { head, body } = rule;
  if (computes(head) || asks(head))
    throw refusal('head', 'The head of a rule neither computes nor is about a mark.', rule);
  const bound = new Set<string>();
  for (const pattern of body) {
    if (computes(pattern)) mustBeKnown(pattern, rule);
    if (!areBound(needs(pattern), bound))
      throw refusal(
        'unbound',
        'A computation or a question about a mark has a variable that is not bound.',
        rule,
      );
    for (const term of pattern) if (isVariable(term)) bound.add(term[0]);
  }
  if (!areBound(head, bound))
    throw refusal('unbound', 'The head of a rule has a variable that is not bound.', rule);
}

/** The terms of a pattern that have to be known before it can be looked at. */
function needs(pattern: Pattern): readonly Pattern[number][] {
  if (computes(pattern)) return pattern.slice(1, -1);
  return asks(pattern) ? pattern : [];
}

function areBound(terms: readonly Pattern[number][], bound: ReadonlySet<string>): boolean {
  return terms.every((term) => !isVariable(term) || bound.has(term[0]));
}

function mustBeKnown(pattern: Pattern, rule: Rule): void {
  const computation = computations.get(pattern[0]);
  if (computation?.inputs === pattern.length - 2) return;
  throw refusal(
    'computation',
    'A rule computes something that is not defined, or from too few or many inputs.',
    rule,
  );
}

function refusal(problem: string, sentence: string, { label }: Rule): KitenError {
  return new KitenError(`trust/rules-${problem}`, sentence, { detail: { rule: label } });
}
