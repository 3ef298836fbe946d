import type { Atom, Statement } from '../formula/atom.ts';
import type { Literal } from '../formula/formula.ts';
import { about, statement } from '../formula/statement.ts';
import type { Universe } from '../formula/universe.ts';
import { type Lemma, lemmaOf } from '../search/lemma.ts';
import type { Names } from '../search/names.ts';
import type { Term } from '../terms/term.ts';
import type { Patterns } from './patterns.ts';

/** An atom that is true, or false, at the moment. */
export interface Fact {
  readonly literal: Literal;
  readonly atom: Atom;
  readonly holds: boolean;
}

/** What reasoning about a set of facts reads and leaves behind. */
export class Reasoning {
  readonly universe: Universe;
  readonly names: Names;
  readonly patterns: Patterns;
  /** 1: true, −1: false, 0: open. */
  readonly value: (literal: Literal) => number;
  /** What was found so far to follow from the facts, or to contradict them. */
  readonly lemmas: Lemma[] = [];

  constructor(universe: Universe, names: Names, patterns: Patterns, value: (literal: Literal) => number) {
    this.universe = universe;
    this.names = names;
    this.patterns = patterns;
    this.value = value;
  }

  state(form: Statement['form'], ...terms: readonly Term[]): Literal {
    return this.names.state(statement(form, ...terms));
  }

  /** What a fact says, of other terms. */
  restate({ atom, holds }: Fact, terms: readonly Term[]): Literal {
    const literal = this.names.state(about(atom, terms));
    return holds ? literal : -literal;
  }

  /** Keeps a lemma, unless what is assigned makes it true already. */
  add(rule: Lemma['rule'], literals: readonly Literal[], ...terms: readonly Term[]): void {
    if (literals.some((literal) => this.value(literal) > 0)) return;
    const lemma = lemmaOf(rule, literals, ...terms);
    if (lemma !== undefined) this.lemmas.push(lemma);
  }
}

/** The facts among assigned literals, without patterns that a text can't match because of one that it does. */
export function factsOf({ universe, patterns }: Reasoning, trail: readonly Literal[]): readonly Fact[] {
  const facts: Fact[] = [];
  const matched = new Map<Term, Atom[]>();
  for (const literal of trail) {
    const atom = universe.atoms.of(Math.abs(literal));
    if (atom === undefined) continue;
    facts.push({ literal, atom, holds: literal > 0 });
    if (literal < 0 || atom.form !== 'like') continue;
    const [term] = atom.terms as readonly [Term];
    const known = matched.get(term);
    if (known === undefined) matched.set(term, [atom]);
    else known.push(atom);
  }
  return facts.filter(({ atom, holds }) => {
    if (holds || atom.form !== 'like') return true;
    const others = matched.get(atom.terms[0]!);
    return others === undefined || !others.some(({ pattern }) => patterns.areDisjoint(pattern, atom.pattern));
  });
}
