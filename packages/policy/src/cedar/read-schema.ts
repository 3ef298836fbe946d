import {
  type SchemaJson,
  schemaToJsonWithResolvedTypes,
  schemaToText,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { CedarSchema } from '../json/schema.ts';
import { refuseComplexity, refuseDeepJson } from './complexity.ts';
import { callEngine } from './engine.ts';
import { declaredActions } from './schema-actions.ts';
import { schemaInvalid } from './schema-invalid.ts';
import { shapeReader } from './schema-shapes.ts';
import { tokenize } from './tokens.ts';

/**
 * A schema, for reading entities and requests with: Cedar text, or Cedar's JSON form parsed.
 * @throws {KitenError} `policy/schema-invalid`, `policy/too-complex`
 */
export function readSchema(schema: string | SchemaJson<string>): CedarSchema {
  const json = resolve(typeof schema === 'string' ? schema : toText(schema));
  const shapeOf = shapeReader(json);
  return {
    actions: declaredActions(json),
    attributes: (type) => shapeOf(entityType(json, type)?.shape),
    tag: (type) => shapeOf(entityType(json, type)?.tags),
    context: ({ type, id }) => shapeOf(action(json, type, id)?.appliesTo?.context),
  };
}

function resolve(text: string): SchemaJson<string> {
  refuseComplexity(text, tokenize(text));
  const answer = callEngine(() => schemaToJsonWithResolvedTypes(text));
  if (answer.type === 'failure') throw schemaInvalid(answer.errors, text);
  return answer.json;
}

function toText(schema: SchemaJson<string>): string {
  refuseDeepJson(schema);
  const answer = callEngine(() => schemaToText(schema));
  if (answer.type === 'failure') throw schemaInvalid(answer.errors);
  return answer.text;
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
