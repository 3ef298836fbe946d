/** The kinds of values that are whole numbers to the prover: a decimal by its ten-thousandths, times by milliseconds. */
export type NumberKind = 'Long' | 'decimal' | 'datetime' | 'duration';

/** A type of a schema, all names resolved. Records are closed. */
export type Type =
  | { readonly kind: 'Bool' | 'String' | 'ipaddr' | NumberKind }
  | EntityType
  | SetType
  | RecordType;

export interface EntityType {
  readonly kind: 'entity';
  readonly name: string;
}

export interface SetType {
  readonly kind: 'set';
  readonly element: Type;
}

export interface RecordType {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, Field>;
}

export interface Field {
  readonly type: Type;
  readonly required: boolean;
}

/**
 * What tells at once that two values differ: the name of the type, with `@` before an entity type's. Sets and records
 * are one kind each.
 */
export type Kind = 'Bool' | 'String' | 'ipaddr' | NumberKind | 'set' | 'record' | EntityKind;
export type EntityKind = `@${string}`;

export function kindOf(type: Type): Kind {
  return type.kind === 'entity' ? `@${type.name}` : type.kind;
}

const numberKinds: ReadonlySet<string> = new Set(['Long', 'decimal', 'datetime', 'duration']);

export function isNumberKind(kind: string): kind is NumberKind {
  return numberKinds.has(kind);
}

export function isEntityKind(kind: string): kind is EntityKind {
  return kind.startsWith('@');
}

export const emptyRecordType: RecordType = { kind: 'record', fields: new Map() };
