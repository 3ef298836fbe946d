import { KitenError } from '@kiten/codec';
import type { Entity, EntitySource, NamedEntity } from '../entity-source.ts';
import { canonicalKey, equalValues } from '../values/equality.ts';
import { type EntityValue, recordValue, type Value } from '../values/value.ts';
import { isActionType, readEntityUid } from './entity-uid.ts';
import { isJsonObject, readList, readObject, refuse } from './read.ts';
import type { CedarSchema, Shape } from './schema.ts';
import { valueFromJson } from './value-from-json.ts';

const code = 'policy/json-entity';

/** An entity as its JSON form gives it: with its parents, not yet all its ancestors. */
interface Declared {
  readonly uid: EntityValue;
  readonly attributes: ReadonlyMap<string, Value>;
  readonly tags: ReadonlyMap<string, Value>;
  readonly parents: readonly EntityValue[];
}

/**
 * Entities from their JSON form, a list of `{"uid", "attrs", "parents", "tags"?}`, with ancestors worked out. With a
 * schema its actions are known besides, and values may leave out escapes; whether entities conform to it is not checked.
 *
 * @throws {KitenError} `policy/json-entity` for a form that isn't Cedar's, an entity given twice with different content,
 *   a hierarchy with a cycle, or an action in something that is none; `policy/json-value` for an attribute or tag.
 */
export function entitiesFromJson(json: unknown, schema?: CedarSchema): EntitySource {
  const declared = new Map<string, Declared>();
  for (const each of readList(json, code, 'entities')) {
    const entity = readEntity(each, schema);
    const key = canonicalKey(entity.uid);
    const earlier = declared.get(key);
    if (earlier !== undefined && !sameEntity(earlier, entity)) refuse(code, `entity ${key} only once`);
    declared.set(key, entity);
  }
  const byType = new Map<string, Map<string, Entity>>();
  const ancestorsOf = ancestry(declared);
  for (const [key, { uid, attributes, tags }] of declared) {
    put(byType, uid, { attributes, tags, ancestors: byTypeAndId(ancestorsOf(key).values()) });
  }
  for (const { uid, entity } of schema?.actions ?? []) put(byType, uid, entity);
  return { get: (type, id) => byType.get(type)?.get(id) };
}

function readEntity(json: unknown, schema: CedarSchema | undefined): Declared {
  const parts = readObject(json, { code, name: 'an entity' }, ['uid', 'attrs', 'parents'], ['tags']);
  const uid = readEntityUid(parts.uid, code);
  const parents = readList(parts.parents, code, 'parents').map((parent) => readEntityUid(parent, code));
  const foreign = isActionType(uid.type) ? parents.find((parent) => !isActionType(parent.type)) : undefined;
  if (foreign !== undefined) refuse(code, `only actions as parents of action ${uid.id}`, foreign.type);
  const shape = schema?.attributes(uid.type);
  const fields = shape?.kind === 'record' ? shape.fields : undefined;
  const tag = schema?.tag(uid.type);
  return {
    uid,
    parents,
    attributes: readValues(parts.attrs, 'attrs', (name) => fields?.get(name)),
    tags: readValues(parts.tags ?? {}, 'tags', () => tag),
  };
}

function readValues(
  json: unknown,
  what: string,
  shapeOf: (name: string) => Shape | undefined,
): ReadonlyMap<string, Value> {
  if (!isJsonObject(json)) return refuse(code, `${what}, an object`, json);
  return new Map(
    Object.entries(json).map(([name, value]) => [name, valueFromJson(value, shapeOf(name))] as const),
  );
}

function sameEntity(left: Declared, right: Declared): boolean {
  return (
    equalValues(recordValue(left.attributes), recordValue(right.attributes)) &&
    equalValues(recordValue(left.tags), recordValue(right.tags)) &&
    left.parents.map(canonicalKey).sort().join() === right.parents.map(canonicalKey).sort().join()
  );
}

type Ancestors = ReadonlyMap<string, EntityValue>;

/** All ancestors of each declared entity, by key; each worked out once, without recursion, so depth is no danger. */
function ancestry(declared: ReadonlyMap<string, Declared>): (key: string) => Ancestors {
  const known = new Map<string, Ancestors>();
  const open = new Set<string>();
  const resolve = (start: string): void => {
    const path = [start];
    while (path.length > 0) {
      const key = path.at(-1)!;
      const parents = (known.has(key) ? undefined : declared.get(key)?.parents) ?? [];
      open.add(key);
      const next = parents.map(canonicalKey).find((parent) => !known.has(parent) && declared.has(parent));
      if (next !== undefined) {
        if (open.has(next)) throw new KitenError(code, `The entity hierarchy has a cycle through ${next}.`);
        path.push(next);
        continue;
      }
      if (!known.has(key)) known.set(key, union(parents, known));
      open.delete(key);
      path.pop();
    }
  };
  return (key) => {
    resolve(key);
    return known.get(key)!;
  };
}

function union(parents: readonly EntityValue[], known: ReadonlyMap<string, Ancestors>): Ancestors {
  const all = new Map<string, EntityValue>();
  for (const parent of parents) {
    const key = canonicalKey(parent);
    all.set(key, parent);
    for (const [above, uid] of known.get(key) ?? []) all.set(above, uid);
  }
  return all;
}

function byTypeAndId(uids: Iterable<EntityValue>): ReadonlyMap<string, ReadonlySet<string>> {
  const grouped = new Map<string, Set<string>>();
  for (const { type, id } of uids) grouped.set(type, (grouped.get(type) ?? new Set()).add(id));
  return grouped;
}

function put(
  byType: Map<string, Map<string, Entity>>,
  { type, id }: EntityValue | NamedEntity['uid'],
  entity: Entity,
): void {
  const byId = byType.get(type) ?? new Map<string, Entity>();
  byType.set(type, byId.set(id, entity));
}
