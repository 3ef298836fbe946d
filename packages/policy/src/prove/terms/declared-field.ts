import type { SchemaModel } from '../schema/schema-model.ts';
import { type Field, isEntityKind, type RecordType } from '../schema/type.ts';
import type { Term } from './term.ts';

/** The attributes that a schema declares for a record or entity; undefined for an entity type that it doesn't declare. */
export function declaredFields(schema: SchemaModel, { kind, type }: Term): RecordType | undefined {
  if (type?.kind === 'record') return type;
  return isEntityKind(kind) ? schema.entityTypes.get(kind.slice(1))?.attributes : undefined;
}

export function declaredField(schema: SchemaModel, of: Term, name: string): Field | undefined {
  return declaredFields(schema, of)?.fields.get(name);
}
