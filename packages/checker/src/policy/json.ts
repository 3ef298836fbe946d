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
/** An object, each member of which has the shape. */
export const members = <T>(member: is.Shape<T>) =>
  is.shape<Readonly<Record<string, T>>>((value) => is.members(value) && Object.values(value).every(member));
/** The members of an object by name. */
export function entries(value: unknown): [name: string, member: unknown][] {
  must(is.members(value), 'What should be an object is none.');
  return Object.entries(value);
}

/** The full name of a type, or of a namespace. */
export const isName = is.shape<string>((value) => is.text(value) && nameForm.test(value));
const nameForm = /^[_a-zA-Z][_a-zA-Z0-9]*(::[_a-zA-Z][_a-zA-Z0-9]*)*$/;

const bare = is.object({ type: isName, id: is.text });
/** An entity, perhaps under its escape. */
export const entityForm = is.either(bare, is.object({ __entity: bare }));
export const uidOf = (entity: is.Of<typeof entityForm>): Uid =>
  '__entity' in entity ? entity.__entity : entity;
/** One text an entity: there are no quotation marks in a type. */
export const nameOf = ({ type, id }: Uid): string => `${type}::"${id}"`;
