import { isActionType } from '../../json/entity-uid.ts';
import { uidKey } from '../schema/schema-model.ts';
import { elementType, type Term } from '../terms/term.ts';
import { FALSE, type Literal, TRUE } from './formula.ts';
import { equal } from './say-equal.ts';
import type { Universe } from './universe.ts';

/** The entity is the group, or in it. */
export function isIn(universe: Universe, entity: Term, group: Term): Literal {
  if (entity === group) return TRUE;
  const type = entity.kind.slice(1);
  if (isActionType(type))
    return entity.constant ? isActionIn(universe, entity, group) : universe.atoms.get('in', [entity, group]);
  const above = universe.schema.entityTypes.get(type)?.above;
  const mayBeAbove = above?.has(group.kind.slice(1)) === true;
  if (!mayBeAbove) return equal(universe, entity, group);
  return universe.atoms.get('in', [entity, group]);
}

function isActionIn(universe: Universe, action: Term, group: Term): Literal {
  const { schema, terms, formula } = universe;
  const declared = schema.actions.get(uidKey({ type: action.kind.slice(1), id: action.text }));
  const groups = [action, ...(declared?.above ?? []).map((uid) => terms.entity(uid))];
  return formula.any(groups.map((each) => equal(universe, each, group)));
}

/** The entity is in some element of the set, whose elements are entities. */
export function isInAny(universe: Universe, entity: Term, set: Term): Literal {
  const { formula, schema, atoms } = universe;
  if (set.form === 'set') return formula.any(set.parts.map((part) => isIn(universe, entity, part)));
  const group = elementType(set);
  if (group?.kind !== 'entity') return FALSE;
  const type = entity.kind.slice(1);
  const mayBe =
    group.name === type ||
    schema.entityTypes.get(type)?.above.has(group.name) === true ||
    (isActionType(type) && isActionType(group.name));
  return mayBe ? atoms.get('inAny', [entity, set]) : FALSE;
}
