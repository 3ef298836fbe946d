import { isEntityKind, isNumberKind, kindOf } from '../schema/type.ts';
import { declaredFields } from '../terms/declared-field.ts';
import { elementType, type Term } from '../terms/term.ts';
import { FALSE, type Literal, TRUE } from './formula.ts';
import { exceeds } from './say-numbers.ts';
import { has } from './say-presence.ts';
import { like } from './say-texts.ts';
import { truth } from './say-truth.ts';
import type { Universe } from './universe.ts';

// Equality and what is in a set are said by each other, so they stand in one file.

/** Both terms stand for the same value. */
export function equal(universe: Universe, left: Term, right: Term): Literal {
  if (left === right) return TRUE;
  if (left.kind !== right.kind) return FALSE;
  const { kind } = left;
  if (isNumberKind(kind)) {
    return universe.formula.and(exceeds(universe, left, right, 0n), exceeds(universe, right, left, 0n));
  }
  switch (kind) {
    case 'Bool':
      return universe.formula.same(truth(universe, left), truth(universe, right));
    case 'record':
      return equalRecords(universe, left, right);
    case 'set':
      return universe.formula.and(containsAll(universe, left, right), containsAll(universe, right, left));
    default:
      return equalNames(universe, left, right);
  }
}

/** Of texts, addresses and entities. */
function equalNames(universe: Universe, left: Term, right: Term): Literal {
  if (left.constant && right.constant) return FALSE;
  if (left.form === 'string') return like(universe, right, [left.text]);
  if (right.form === 'string') return like(universe, left, [right.text]);
  return universe.atoms.get('equal', left.id < right.id ? [left, right] : [right, left]);
}

function equalRecords(universe: Universe, left: Term, right: Term): Literal {
  const { formula, terms } = universe;
  const names = new Set([...namesOf(universe, left), ...namesOf(universe, right)]);
  return formula.all(
    [...names].map((name) => {
      const [here, there] = [has(universe, left, name), has(universe, right, name)];
      if (here === FALSE || there === FALSE) return formula.and(-here, -there);
      const same = equal(universe, terms.attribute(left, name), terms.attribute(right, name));
      return formula.and(formula.same(here, there), formula.or(-here, same));
    }),
  );
}

function namesOf({ schema }: Universe, record: Term): Iterable<string> {
  return record.form === 'record' ? record.names : (declaredFields(schema, record)?.fields.keys() ?? []);
}

/** Whether a term is of a kind whose equality is an atom, so that one can stand for another. */
export function isReplaceable({ kind }: Term): boolean {
  return kind === 'String' || kind === 'ipaddr' || isEntityKind(kind);
}

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
  return universe.atoms.get('containsAll', [set, other]);
}

/** Some element of the other is one of the set. */
export function containsAny(universe: Universe, set: Term, other: Term): Literal {
  const { formula, atoms } = universe;
  if (other.form === 'set') return formula.any(other.parts.map((part) => contains(universe, set, part)));
  if (set.form === 'set') return formula.any(set.parts.map((part) => contains(universe, other, part)));
  return atoms.get('containsAny', [set, other]);
}

/** Each element of the set is one of the empty set. */
export function isEmpty(universe: Universe, set: Term): Literal {
  return containsAll(universe, universe.terms.set([]), set);
}
