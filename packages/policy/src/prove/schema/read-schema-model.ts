import type { JsonObject } from '../../json/read.ts';
import { readActions } from './read-actions.ts';
import { listAt, objectAt, qualified, recordAt, type TypeReader, textAt, unreadable } from './read-parts.ts';
import { resolveTypes } from './resolve-types.ts';
import type { EntityTypeModel, SchemaModel } from './schema-model.ts';
import { emptyRecordType } from './type.ts';

/**
 * Reads a schema in Cedar's JSON form with names resolved, as Cedar's `schemaToJsonWithResolvedTypes` gives it.
 * @throws {KitenError} `policy/schema-invalid` for what the prover can't make sense of.
 */
export function readSchemaModel(json: unknown): SchemaModel {
  const namespaces = Object.entries(objectAt(json, 'the schema')).map(
    ([name, body]) => [name, objectAt(body, `namespace ${name}`)] as const,
  );
  const typeOf = resolveTypes(namespaces);
  const declared = namespaces.flatMap(([namespace, body]) =>
    Object.entries(objectAt(body.entityTypes ?? {}, 'entityTypes')).map(([name, type]) =>
      readEntityType(qualified(namespace, name), objectAt(type, name), typeOf),
    ),
  );
  const byName = new Map(declared.map((type) => [type.name, type]));
  const entityTypes = new Map(
    declared.map((type) => [type.name, { ...type, above: typesAbove(type.memberOf, byName) }]),
  );
  return { entityTypes, actions: readActions(namespaces, typeOf) };
}

function readEntityType(name: string, json: JsonObject, typeOf: TypeReader): Omit<EntityTypeModel, 'above'> {
  if (json.enum !== undefined) {
    const enumerated = listAt(json.enum, `the ids of ${name}`).map((id) => textAt(id, 'an id'));
    if (enumerated.length === 0) return unreadable(`${name} enumerates nothing`);
    return { name, attributes: emptyRecordType, tag: undefined, enumerated, memberOf: new Set() };
  }
  const parents = listAt(json.memberOfTypes ?? [], 'memberOfTypes');
  return {
    name,
    attributes: json.shape === undefined ? emptyRecordType : recordAt(typeOf(json.shape), name),
    tag: json.tags === undefined ? undefined : typeOf(json.tags),
    enumerated: undefined,
    memberOf: new Set(parents.map((parent) => textAt(parent, 'the name of a type'))),
  };
}

function typesAbove(
  direct: ReadonlySet<string>,
  byName: ReadonlyMap<string, { readonly memberOf: ReadonlySet<string> }>,
): ReadonlySet<string> {
  const above = new Set<string>();
  const open = [...direct];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (above.has(next)) continue;
    above.add(next);
    open.push(...(byName.get(next)?.memberOf ?? []));
  }
  return above;
}
