import type { SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { CedarSchema } from '../json/schema.ts';
import { resolveSchema } from './resolve-schema.ts';
import { declaredActions } from './schema-actions.ts';
import { shapeReader } from './schema-shapes.ts';

/**
 * A schema, for reading entities and requests with: Cedar text, or Cedar's JSON form parsed.
 * @throws {KitenError} `policy/schema-invalid`, `policy/too-complex`
 */
export function readSchema(schema: string | SchemaJson<string>): CedarSchema {
  const json = resolveSchema(schema);
  const shapeOf = shapeReader(json);
  return {
    actions: declaredActions(json),
    attributes: (type) => shapeOf(entityType(json, type)?.shape),
    tag: (type) => shapeOf(entityType(json, type)?.tags),
    context: ({ type, id }) => shapeOf(action(json, type, id)?.appliesTo?.context),
  };
}

/** `A::B` is the name B in the namespace A. */
function split(name: string): readonly [namespace: string, local: string] {
  const end = name.lastIndexOf('::');
  return end < 0 ? ['', name] : [name.slice(0, end), name.slice(end + 2)];
}

function entityType(schema: SchemaJson<string>, name: string) {
  const [namespace, local] = split(name);
  const found = own(own(schema, namespace)?.entityTypes, local);
  return found === undefined || 'enum' in found ? undefined : found;
}

function action(schema: SchemaJson<string>, type: string, id: string) {
  const [namespace, local] = split(type);
  return local === 'Action' ? own(own(schema, namespace)?.actions, id) : undefined;
}

function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
