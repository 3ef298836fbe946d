import type { EntityUid } from '../../values/value.ts';
import {
  listAt,
  type Namespaces,
  objectAt,
  qualified,
  readUid,
  recordAt,
  type TypeReader,
  textAt,
  unreadable,
} from './read-parts.ts';
import { type ActionModel, uidKey } from './schema-model.ts';
import { emptyRecordType } from './type.ts';

/** The actions of a schema, by `Type::"id"`. */
export function readActions(namespaces: Namespaces, typeOf: TypeReader): ReadonlyMap<string, ActionModel> {
  const declared = namespaces.flatMap(([namespace, body]) =>
    Object.entries(objectAt(body.actions ?? {}, 'actions')).map(([id, action]) =>
      readAction(qualified(namespace, 'Action'), id, action, typeOf),
    ),
  );
  const byKey = new Map(declared.map((action) => [uidKey(action.uid), action]));
  return new Map(
    [...byKey].map(([key, action]) => [key, { ...action, above: ancestorsOf(action.parents, byKey) }]),
  );
}

function readAction(
  ownType: string,
  id: string,
  json: unknown,
  typeOf: TypeReader,
): Omit<ActionModel, 'above'> {
  const { memberOf, appliesTo, attributes } = objectAt(json, `action ${id}`);
  if (attributes !== undefined) return unreadable(`action ${id} has attributes`);
  const applies = objectAt(appliesTo ?? {}, 'appliesTo');
  const types = (list: unknown) =>
    listAt(list ?? [], 'the types that an action applies to').map((type) =>
      textAt(type, 'the name of a type'),
    );
  return {
    uid: { type: ownType, id },
    parents: listAt(memberOf ?? [], 'memberOf').map((parent) => readUid(parent, ownType)),
    principalTypes: types(applies.principalTypes),
    resourceTypes: types(applies.resourceTypes),
    context:
      applies.context === undefined
        ? emptyRecordType
        : recordAt(typeOf(applies.context), `the context of ${id}`),
  };
}

function ancestorsOf(
  direct: readonly EntityUid[],
  byKey: ReadonlyMap<string, { readonly parents: readonly EntityUid[] }>,
): readonly EntityUid[] {
  const above = new Map<string, EntityUid>();
  const open = [...direct];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const key = uidKey(next);
    if (above.has(key)) continue;
    above.set(key, next);
    open.push(...(byKey.get(key)?.parents ?? []));
  }
  return [...above.values()];
}
