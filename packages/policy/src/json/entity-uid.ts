import type { ErrorCode } from '@kiten/codec';
import { type EntityValue, entityValue } from '../values/value.ts';
import { isJsonObject, readObject, readText, refuse } from './read.ts';

const identifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const reserved: ReadonlySet<string> = new Set([
  'true',
  'false',
  'if',
  'then',
  'else',
  'in',
  'is',
  'like',
  'has',
  '__cedar',
]);

/** Whether a text is the name of an entity type: identifiers joined by `::`, none of them a word of the language. */
export function isEntityTypeName(text: string): boolean {
  return text.split('::').every((part) => identifier.test(part) && !reserved.has(part));
}

/** Whether entities of this type are actions: the type is `Action`, in any namespace. */
export function isActionType(type: string): boolean {
  return type === 'Action' || type.endsWith('::Action');
}

export function readTypeName(value: unknown, code: ErrorCode): string {
  const name = readText(value, code, 'the name of an entity type');
  return isEntityTypeName(name)
    ? name
    : refuse(code, 'the name of an entity type, such as Device or Plant::Device', name);
}

/** An entity's name: `{"type": …, "id": …}`, or the same within `__entity`. */
export function readEntityUid(value: unknown, code: ErrorCode): EntityValue {
  const inner =
    isJsonObject(value) && Object.hasOwn(value, '__entity')
      ? readObject(value, { code, name: 'an entity reference' }, ['__entity']).__entity
      : value;
  const { type, id } = readObject(inner, { code, name: 'the name of an entity' }, ['type', 'id']);
  return entityValue(readTypeName(type, code), readText(id, code, 'the id of an entity'));
}
