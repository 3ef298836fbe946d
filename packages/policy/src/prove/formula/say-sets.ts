import { kindOf } from '../schema/type.ts';
import { elementType, type Term } from '../terms/term.ts';
import { FALSE, type Literal, TRUE } from './formula.ts';
import { equal } from './say-equal.ts';
import type { Universe } from './universe.ts';

/** The term is an element of the set. */
export function contains(universe: Universe, set: Term, term: Term): Literal {
  if (set.form === 'set') return universe.formula.any(set.parts.map((part) => equal(universe, part, term)));
  const element = elementType(set);
  if (element === undefined || kindOf(element) !== term.kind) return FALSE;
  return universe.atoms.get('contains', [set, term]);
}

/** Each element of the other is one of the set. */
export function containsAll(universe: Universe, set: Term, other: Term): Literal {
  if (set === other) return TRUE;
  if (other.form === 'set')
    return universe.formula.all(other.parts.map((part) => contains(universe, set, part)));
  if (set.form === 'set' && set.parts.length === 0) return isEmpty(universe, other);
  return universe.atoms.get('containsAll', [set, other]);
}

/** Some element of the other is one of the set. */
export function containsAny(universe: Universe, set: Term, other: Term): Literal {
  const { formula, atoms } = universe;
  if (other.form === 'set') return formula.any(other.parts.map((part) => contains(universe, set, part)));
  if (set.form === 'set') return formula.any(set.parts.map((part) => contains(universe, other, part)));
  return atoms.get('containsAny', [set, other]);
}

export function isEmpty({ atoms }: Universe, set: Term): Literal {
  if (set.form === 'set') return set.parts.length === 0 ? TRUE : FALSE;
  return atoms.get('isEmpty', [set]);
}
