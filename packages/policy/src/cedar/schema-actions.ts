import type { SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { NamedEntity } from '../entity-source.ts';
import { canonicalKey } from '../values/equality.ts';
import { type EntityValue, entityValue } from '../values/value.ts';

/** The actions that a schema declares, each with all the actions it is in: what Cedar adds to the entities of a request. */
export function declaredActions(schema: SchemaJson<string>): readonly NamedEntity[] {
  const declared = new Map<string, DeclaredAction>();
  for (const [namespace, { actions }] of Object.entries(schema)) {
    const ownType = namespace === '' ? 'Action' : `${namespace}::Action`;
    for (const [id, { memberOf }] of Object.entries(actions)) {
      const uid = entityValue(ownType, id);
      const parents = (memberOf ?? []).map((parent) => entityValue(parent.type ?? ownType, parent.id));
      declared.set(canonicalKey(uid), { uid, parents });
    }
  }
  return Array.from(declared.values(), ({ uid }) => ({
    uid,
    entity: { attributes: new Map(), tags: new Map(), ancestors: ancestorsOf(uid, declared) },
  }));
}

interface DeclaredAction {
  readonly uid: EntityValue;
  readonly parents: readonly EntityValue[];
}

function ancestorsOf(uid: EntityValue, declared: ReadonlyMap<string, DeclaredAction>) {
  const ancestors = new Map<string, Set<string>>();
  const open = [...(declared.get(canonicalKey(uid))?.parents ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const ids = ancestors.get(next.type) ?? new Set<string>();
    if (ids.has(next.id)) continue;
    ancestors.set(next.type, ids.add(next.id));
    open.push(...(declared.get(canonicalKey(next))?.parents ?? []));
  }
  return ancestors;
}
