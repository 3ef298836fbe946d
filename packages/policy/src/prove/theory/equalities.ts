import { rules } from '../search/lemma.ts';
import { compareTerms } from '../terms/order.ts';
import { replaceTerm, subterms } from '../terms/replace.ts';
import type { Term } from '../terms/term.ts';
import type { TermTable } from '../terms/term-table.ts';
import type { Fact, Reasoning } from './facts.ts';

/** A term that is replaced by an equal one, simpler. */
interface Replacement {
  readonly from: Term;
  readonly to: Term;
  readonly because: Fact;
}

/** Which terms stand for which, after all that is equal has been replaced by its simplest form. */
export class Equalities {
  readonly #terms: TermTable;
  readonly #replacements: ReadonlyMap<Term, Replacement>;
  readonly #normal = new Map<Term, Term>();

  constructor(terms: TermTable, replacements: ReadonlyMap<Term, Replacement>) {
    this.#terms = terms;
    this.#replacements = replacements;
  }

  /** The simplest term known to be equal. */
  normal(term: Term): Term {
    let normal = this.#normal.get(term);
    if (normal === undefined) {
      const parts = term.parts.map((part) => this.normal(part));
      const same = parts.every((part, index) => part === term.parts[index]);
      const rebuilt = same ? term : this.#terms.rebuild(term, parts);
      const replacement = this.#replacements.get(rebuilt);
      normal =
        replacement !== undefined ? this.normal(replacement.to) : same ? rebuilt : this.normal(rebuilt);
      this.#normal.set(term, normal);
    }
    return normal;
  }
}

/**
 * Replaces, in every fact, each term by the simplest that is equal. What then should hold and isn't known to is added as
 * lemmas; if there are none, `facts` are those in which nothing can be replaced, and the others follow from them.
 */
export function replaceEquals(
  reasoning: Reasoning,
  facts: readonly Fact[],
): { readonly facts: readonly Fact[]; readonly equalities: Equalities } {
  const replacements = new Map<Term, Replacement>();
  for (const fact of facts) {
    const replacement = asReplacement(fact, reasoning.universe.terms);
    if (replacement === undefined) continue;
    const known = replacements.get(replacement.from);
    if (known === undefined || compareTerms(replacement.to, known.to) < 0)
      replacements.set(replacement.from, replacement);
  }
  const equalities = new Equalities(reasoning.universe.terms, replacements);
  if (replacements.size === 0) return { facts, equalities };
  const normal = facts.filter((fact) => {
    const applicable = replacementsIn(fact, replacements);
    for (const { from, to, because } of applicable) {
      const terms = fact.atom.terms.map((term) => replaceTerm(reasoning.universe.terms, term, from, to));
      const restated = reasoning.restate(fact, terms);
      reasoning.add(rules.replace, [-because.literal, -fact.literal, restated], from, to);
    }
    return applicable.size === 0;
  });
  return { facts: normal, equalities };
}

function replacementsIn(fact: Fact, replacements: ReadonlyMap<Term, Replacement>): ReadonlySet<Replacement> {
  const found = new Set<Replacement>();
  for (const term of fact.atom.terms) {
    for (const part of subterms(term)) {
      const replacement = replacements.get(part);
      if (replacement !== undefined && replacement.because !== fact) found.add(replacement);
    }
  }
  return found;
}

function asReplacement(fact: Fact, terms: TermTable): Replacement | undefined {
  const { atom, holds } = fact;
  const [first, second] = atom.terms as readonly [Term, Term];
  if (atom.form === 'true') return { from: first, to: terms.bool(holds), because: fact };
  if (!holds) return undefined;
  if (atom.form === 'like' && atom.pattern.length === 1)
    return { from: first, to: terms.string(atom.pattern[0]!), because: fact };
  if (atom.form !== 'equal') return undefined;
  return compareTerms(first, second) < 0
    ? { from: second, to: first, because: fact }
    : { from: first, to: second, because: fact };
}
