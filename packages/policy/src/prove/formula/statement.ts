import type { Term } from '../terms/term.ts';
import type { Atom, Statement } from './atom.ts';
import type { Literal } from './formula.ts';
import { contains, containsAll, containsAny, equal } from './say-equal.ts';
import { isIn, isInAny } from './say-in.ts';
import { atLeast } from './say-numbers.ts';
import { has, hasTag, known } from './say-presence.ts';
import { inRange } from './say-ranges.ts';

import { like } from './say-texts.ts';
import { fails, truth } from './say-truth.ts';
import type { Universe } from './universe.ts';

/** The statement, simplified: an atom, a gate, or a constant. */
export function literalOf(universe: Universe, statement: Statement): Literal {
  const { form, terms, text } = statement;
  const [first, second] = terms as readonly [Term, Term];
  switch (form) {
    case 'true':
      return truth(universe, first);
    case 'known':
      return known(universe, first);
    case 'has':
      return has(universe, first, text);
    case 'hasTag':
      return hasTag(universe, first, second);
    case 'like':
      return like(universe, first, statement.pattern);
    case 'equal':
      return equal(universe, first, second);
    case 'in':
      return isIn(universe, first, second);
    case 'inAny':
      return isInAny(universe, first, second);
    case 'contains':
      return contains(universe, first, second);
    case 'containsAll':
      return containsAll(universe, first, second);
    case 'containsAny':
      return containsAny(universe, first, second);
    case 'inRange':
      return inRange(universe, first, text);
    case 'atLeast':
      return atLeast(universe, { constant: 0n, parts: sumOf(statement) }, statement.bound);
    case 'fails':
      return fails(universe, text, terms);
  }
}

function sumOf({ terms, coefficients }: Statement): Map<Term, bigint> {
  const parts = new Map<Term, bigint>();
  for (const [index, term] of terms.entries())
    parts.set(term, (parts.get(term) ?? 0n) + coefficients[index]!);
  return parts;
}

/** The statement of an atom about other terms. */
export function about(atom: Atom | Statement, terms: readonly Term[]): Statement {
  return { ...statementOf(atom), terms };
}

export function statementOf({ form, terms, text, pattern, coefficients, bound }: Statement): Statement {
  return { form, terms, text, pattern, coefficients, bound };
}

export function statement(form: Statement['form'], ...terms: readonly Term[]): Statement {
  return { form, terms, text: '', pattern: [], coefficients: [], bound: 0n };
}
