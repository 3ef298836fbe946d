import { encodeUtf8, equalBytes } from '@kiten/codec';

/** Whether a value has a shape, and with it a type. */
export type Shape<T> = (value: unknown) => value is T;
export type Of<S> = S extends Shape<infer T> ? T : never;
type Shapes<T> = { readonly [K in keyof T]: Shape<T[K]> };
type Items = readonly unknown[];

export const shape = <T>(test: (value: unknown) => boolean) => test as Shape<T>;
export const text = shape<string>((value) => typeof value === 'string');
/** Within ±(2^53 − 1). The decoders make a number of a float −0.0, too. */
export const integer = shape<number>((value) => Number.isSafeInteger(value) && !Object.is(value, -0));
export const natural = shape<number>((value) => integer(value) && value >= 0);
export const bytes = shape<Uint8Array>((value) => value instanceof Uint8Array);
export const bytesOf = (size: number) => shape<Uint8Array>((value) => bytes(value) && value.length === size);
/** A SHA-256, which a key id is, too. */
export const hash = bytesOf(32);
export const one = <const T extends Items>(...all: T) =>
  shape<T[number]>((value) => all.some((each) => Object.is(each, value)));
export const either = <T extends Items>(...shapes: Shapes<T>) =>
  shape<T[number]>((value) => shapes.some((option) => option(value)));
export const optional = <T>(member: Shape<T>) => either(one(undefined), member);
export const list = <T>(item: Shape<T>, least: number, most = Number.POSITIVE_INFINITY) =>
  shape<T[]>((value) => array(value) && value.length >= least && value.length <= most && value.every(item));
export const tuple = <T extends Items>(...shapes: Shapes<T>) =>
  shape<T>((all) => array(all) && all.length === shapes.length && shapes.every((item, at) => item(all[at])));
/** What says that it is of another version of a format, which may have another layout. */
export const otherVersion = (format: string, version: number) =>
  shape<Items>((all) => array(all) && all[0] === format && integer(all[1]) && all[1] !== version);
export const members = shape<Readonly<Record<string, unknown>>>((all) => Object(all) === all && !array(all));
/** An object with no other members than these. One that is not there is undefined. */
export const object = <T>(shapes: Shapes<T>) => {
  const known: [string, Shape<unknown>][] = Object.entries(shapes);
  const isWhole = (own: Of<typeof members>) => known.every(([name, member]) => member(own[name]));
  const has = (name: string): boolean => Object.hasOwn(shapes, name);
  return shape<T>((value) => members(value) && isWhole(value) && Object.keys(value).every(has));
};
const array = shape<unknown[]>(Array.isArray);

export type Term = string | number | Uint8Array;
/** In UTF-8 a character takes three bytes at most. */
const isShort = (value: string): boolean => value.length <= 85 || encodeUtf8(value).length <= 256;
export const term = shape<Term>((value) =>
  text(value) ? isShort(value) : integer(value) || (bytes(value) && value.length <= 64),
);
export const sameTerm = (left: Term, right: Term): boolean =>
  bytes(left) ? bytes(right) && equalBytes(left, right) : left === right;
/** A predicate, and what it holds of. */
export type Atom = readonly [predicate: string, ...Term[]];
export const atom = shape<Atom>((value) => list(term, 1, 24)(value) && text(value[0]));
