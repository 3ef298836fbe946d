import type { AtomForm } from '../formula/atom.ts';
import type { Literal } from '../formula/formula.ts';
import { rules } from '../search/lemma.ts';
import type { Term } from '../terms/term.ts';
import type { Fact, Reasoning } from './facts.ts';

/** What relations between sets say about their elements, and elements about the relations. */
export function reasonAboutSets(reasoning: Reasoning, facts: readonly Fact[]): void {
  const elements = new Map<Term, Fact[]>();
  for (const fact of facts) {
    if (!fact.holds || fact.atom.form !== 'contains') continue;
    const [set] = fact.atom.terms as readonly [Term, Term];
    elements.set(set, [...(elements.get(set) ?? []), fact]);
  }
  const sets = new Sets(reasoning, elements);
  for (const fact of facts) sets.reason(fact);
}

class Sets {
  readonly #reasoning: Reasoning;
  readonly #elements: ReadonlyMap<Term, readonly Fact[]>;

  constructor(reasoning: Reasoning, elements: ReadonlyMap<Term, readonly Fact[]>) {
    this.#reasoning = reasoning;
    this.#elements = elements;
  }

  reason(fact: Fact): void {
    const [first, second] = fact.atom.terms as readonly [Term, Term];
    const rule = this.#rules[fact.atom.form];
    rule?.(fact, first, second);
  }

  readonly #rules: Partial<Record<AtomForm, (fact: Fact, first: Term, second: Term) => void>> = {
    containsAll: ({ literal, holds }, set, other) => {
      if (holds) {
        for (const [element, inOther] of this.#elementsOf(other))
          this.#reasoning.add(
            rules.subset,
            [-literal, -inOther, this.#contains(set, element)],
            set,
            other,
            element,
          );
        return;
      }
      const witness = this.#reasoning.universe.terms.witness('outside', other, set);
      this.#reasoning.add(rules.superset, [-literal, this.#contains(other, witness)], set, other);
      this.#reasoning.add(rules.superset, [-literal, -this.#contains(set, witness)], set, other);
    },
    containsAny: ({ literal, holds }, set, other) => {
      if (!holds) {
        for (const [element, inSet] of this.#elementsOf(set)) {
          const inOther = this.#contains(other, element);
          if (this.#reasoning.value(inOther) > 0)
            this.#reasoning.add(rules.overlap, [-inSet, -inOther, -literal], set, other, element);
        }
        return;
      }
      const witness = this.#reasoning.universe.terms.witness('common', set, other);
      this.#reasoning.add(rules.overlapping, [-literal, this.#contains(set, witness)], set, other);
      this.#reasoning.add(rules.overlapping, [-literal, this.#contains(other, witness)], set, other);
    },
    inAny: ({ literal, holds }, entity, set) => {
      if (!holds) {
        for (const [element, inSet] of this.#elementsOf(set)) {
          const inside = this.#reasoning.state('in', entity, element);
          if (this.#reasoning.value(inside) > 0)
            this.#reasoning.add(rules.group, [-inside, -inSet, -literal], entity, set, element);
        }
        return;
      }
      const witness = this.#reasoning.universe.terms.witness('above', entity, set);
      this.#reasoning.add(rules.grouped, [-literal, this.#contains(set, witness)], entity, set);
      this.#reasoning.add(
        rules.grouped,
        [-literal, this.#reasoning.state('in', entity, witness)],
        entity,
        set,
      );
    },
  };

  #contains(set: Term, element: Term): Literal {
    return this.#reasoning.state('contains', set, element);
  }

  #elementsOf(set: Term): readonly (readonly [element: Term, literal: Literal])[] {
    return (this.#elements.get(set) ?? []).map(({ atom, literal }) => [atom.terms[1]!, literal]);
  }
}
