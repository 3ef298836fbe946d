import { KitenError } from '@kiten/codec';
import { isJsonObject, type JsonObject } from '../../json/read.ts';
import type { EntityUid } from '../../values/value.ts';
import type { RecordType, Type } from './type.ts';

/** A type's JSON form as a type. */
export type TypeReader = (json: unknown) => Type;
export type Namespaces = readonly (readonly [name: string, body: JsonObject])[];

export function qualified(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}::${name}`;
}

export function readUid(json: unknown, ownType: string): EntityUid {
  const { type, id } = objectAt(json, 'an action');
  return {
    type: type === undefined || type === null ? ownType : textAt(type, 'a type'),
    id: textAt(id, 'an id'),
  };
}

export function recordAt(type: Type, of: string): RecordType {
  return type.kind === 'record' ? type : unreadable(`${of} is not a record`);
}

export function objectAt(json: unknown, what: string): JsonObject {
  return isJsonObject(json) ? json : unreadable(`${what} is not an object`);
}

export function listAt(json: unknown, what: string): readonly unknown[] {
  return Array.isArray(json) ? json : unreadable(`${what} is not a list`);
}

export function textAt(json: unknown, what: string): string {
  return typeof json === 'string' ? json : unreadable(`${what} is not a text`);
}

export function unreadable(why: string): never {
  throw new KitenError('policy/schema-invalid', `The schema cannot be read for proving: ${why}.`);
}
