import { KitenError } from '../error.ts';

/** Deep enough for any data, and a bound for a value that contains itself. */
const maxDepth = 1024;

/**
 * The one canonical text of a JSON value (JCS, RFC 8785): no white space, members in the order of their names'
 * UTF-16 code units, numbers and strings as ECMAScript writes them (−0 as 0). Signatures are over its UTF-8.
 *
 * A bigint within ±(2^53 − 1) is written as the number it is. What JSON can't say is refused, not left out as
 * JSON.stringify would: a member that is undefined, a Map, a Date.
 *
 * @throws KitenError `codec/json-number-range` for NaN, the infinities and greater bigints,
 * `codec/json-lone-surrogate`, `codec/json-too-deep`, `codec/json-unsupported-value`.
 */
export function canonicalJson(value: unknown): string {
  return serialize(value, 0);
}

function serialize(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      return numeric(value);
    case 'bigint':
      return integer(value);
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : structure(value, depth);
    default:
      throw unsupported(typeof value);
  }
}

function structure(value: object, depth: number): string {
  if (depth >= maxDepth) {
    throw new KitenError('codec/json-too-deep', `The value is nested more than ${maxDepth} deep.`);
  }
  if (Array.isArray(value)) {
    let text = '[';
    // Holes are visited, too, and refused as undefined.
    for (let index = 0; index < value.length; index += 1)
      text += (index === 0 ? '' : ',') + serialize(value[index], depth + 1);
    return `${text}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw unsupported(value.constructor?.name ?? 'object');
  }
  const record = value as Readonly<Record<string, unknown>>;
  let text = '{';
  for (const name of ordered(Object.keys(record)))
    text += `${text.length === 1 ? '' : ','}${quote(name)}:${serialize(record[name], depth + 1)}`;
  return `${text}}`;
}

/** Few names, as most objects have, are put in order faster than the language's own sort begins. */
const few = 16;

function ordered(names: string[]): string[] {
  if (names.length > few) return names.sort();
  for (let index = 1; index < names.length; index += 1) {
    const name = names[index]!;
    let place = index;
    for (; place > 0 && names[place - 1]! > name; place -= 1) names[place] = names[place - 1]!;
    names[place] = name;
  }
  return names;
}

/** Printable ASCII without quotation marks and backslashes, which is written as it is. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function quote(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) {
    throw new KitenError('codec/json-lone-surrogate', 'A string has a lone surrogate.');
  }
  return JSON.stringify(text);
}

function numeric(value: number): string {
  if (!Number.isFinite(value))
    throw new KitenError('codec/json-number-range', `JSON has no number ${value}.`);
  return String(value);
}

function integer(value: bigint): string {
  if (!Number.isSafeInteger(Number(value))) {
    throw new KitenError(
      'codec/json-number-range',
      'An integer beyond 2^53 − 1 has no canonical JSON number.',
    );
  }
  return String(value);
}

function unsupported(kind: string): KitenError {
  return new KitenError('codec/json-unsupported-value', `A value of kind ${kind} has no JSON text.`);
}
