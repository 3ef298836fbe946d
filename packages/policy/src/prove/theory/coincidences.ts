import type { Literal } from '../formula/formula.ts';
import { exceeds } from '../formula/say-numbers.ts';
import { isNumberKind } from '../schema/type.ts';
import { rules } from '../search/lemma.ts';
import { linearOf } from '../terms/linear.ts';
import type { Term } from '../terms/term.ts';
import type { Fact, Reasoning } from './facts.ts';

/**
 * Numbers that came out equal by chance, where one is in a set and the other is not: whether they are equal has to be
 * chosen, and if they are, both are in it or neither.
 * @returns what to choose
 */
export function reasonAboutCoincidences(
  reasoning: Reasoning,
  facts: readonly Fact[],
  numbers: ReadonlyMap<Term, bigint>,
): Literal | undefined {
  const { universe } = reasoning;
  const numberOf = (term: Term): bigint => {
    const { constant, parts } = linearOf(term);
    let sum = constant;
    for (const [part, factor] of parts) sum += factor * (numbers.get(part) ?? 0n);
    return sum;
  };
  const about = facts.filter(({ atom }) => atom.form === 'contains' && isNumberKind(atom.terms[1]!.kind));
  const inside = about.filter(({ holds }) => holds);
  for (const fact of inside) {
    const [set, element] = fact.atom.terms as readonly [Term, Term];
    for (const [other, tells] of others(reasoning, facts, about, set)) {
      if (other === element || other.kind !== element.kind || numberOf(other) !== numberOf(element)) continue;
      const order = [exceeds(universe, element, other, 0n), exceeds(universe, other, element, 0n)];
      const open = order.find((literal) => reasoning.value(literal) === 0);
      if (open !== undefined) return -open;
      const clause = [...order.map((literal) => -literal), -fact.literal];
      reasoning.add(rules.replace, [...clause, reasoning.state('contains', tells, other)], element, other);
    }
  }
  return undefined;
}

/** Elements of which it matters whether they equal one of the set: those that are not in it, and those of sets that it must not meet. */
function others(
  reasoning: Reasoning,
  facts: readonly Fact[],
  about: readonly Fact[],
  set: Term,
): readonly (readonly [element: Term, set: Term])[] {
  const apart = facts.flatMap(({ atom, holds }) => {
    if (holds || atom.form !== 'containsAny') return [];
    const [first, second] = atom.terms as readonly [Term, Term];
    return first === set ? [second] : second === set ? [first] : [];
  });
  return about.flatMap(({ atom, holds }) => {
    const [owner, element] = atom.terms as readonly [Term, Term];
    const matters = holds ? apart.includes(owner) : owner === set;
    return matters && reasoning.value(reasoning.state('contains', set, element)) <= 0
      ? [[element, set] as const]
      : [];
  });
}
