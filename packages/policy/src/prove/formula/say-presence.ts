import { isActionType } from '../../json/entity-uid.ts';
import { uidKey } from '../schema/schema-model.ts';
import { declaredField } from '../terms/declared-field.ts';
import type { Term } from '../terms/term.ts';
import { FALSE, type Literal, TRUE } from './formula.ts';
import type { Universe } from './universe.ts';

/** The entity is in the store. */
export function known({ schema, atoms }: Universe, entity: Term): Literal {
  const type = entity.kind.slice(1);
  if (entity.form === 'entity' && isActionType(type)) {
    return schema.actions.has(uidKey({ type, id: entity.text })) ? TRUE : FALSE;
  }
  return atoms.get('known', [entity]);
}

/** The record, or the entity in the store, has the attribute. */
export function has(universe: Universe, of: Term, name: string): Literal {
  const { schema, atoms } = universe;
  if (of.form === 'record') return of.names.includes(name) ? TRUE : FALSE;
  const field = declaredField(schema, of, name);
  if (field === undefined) return FALSE;
  if (!field.required) return atoms.get('has', [of], { text: name });
  return of.kind === 'record' ? TRUE : known(universe, of);
}

/** The entity is in the store and has the tag. */
export function hasTag({ schema, atoms }: Universe, of: Term, key: Term): Literal {
  const isTagged = schema.entityTypes.get(of.kind.slice(1))?.tag !== undefined;
  return isTagged ? atoms.get('hasTag', [of, key]) : FALSE;
}
