import { parseJsonStrict } from '@kiten/codec';
import * as is from '../shape.ts';
import { must, type Uid } from './report.ts';

/** Reads JSON, strictly; integers beyond 2^53 − 1 become bigints. */
export function readJson(text: unknown): unknown {
  must(is.text(text), 'JSON is a text.');
  return parseJsonStrict(text, { maxBytes: 2 ** 26, maxDepth: 1000, bigIntegers: true });
}

/** What is there, whatever it is. */
export const any = is.shape<unknown>((value) => value !== undefined);
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
export const object: typeof is.object = (shapes) => {
  const inner = is.object(shapes);
  return is.shape((value) => isObject(value) && inner(value));
};

/** The members of an object by name. */
export function entries(value: unknown): [name: string, member: unknown][] {
  must(isObject(value), 'What should be an object is none.');
  return Object.entries(value as object);
}

/** The full name of a type, or of a namespace. */
export const isName = is.shape<string>((value) => is.text(value) && nameForm.test(value));
const nameForm = /^[_a-zA-Z][_a-zA-Z0-9]*(::[_a-zA-Z][_a-zA-Z0-9]*)*$/;

const bare = object({ type: isName, id: is.text });
/** An entity, perhaps under its escape. */
export const entityForm = is.either(bare, object({ __entity: bare }));
export const uidOf = (entity: is.Of<typeof entityForm>): Uid =>
  '__entity' in entity ? entity.__entity : entity;
/** One text an entity: there are no quotation marks in a type. */
export const nameOf = ({ type, id }: Uid): string => `${type}::"${id}"`;
