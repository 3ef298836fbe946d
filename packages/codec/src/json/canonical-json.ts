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
    // Array.from visits holes, which are refused as undefined; map would skip them.
    return `[${Array.from(value, (element) => serialize(element, depth + 1)).join(',')}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw unsupported(value.constructor?.name ?? 'object');
  }
  const record = value as Readonly<Record<string, unknown>>;
  const members = Object.keys(record)
    .sort()
    .map((name) => `${quote(name)}:${serialize(record[name], depth + 1)}`);
  return `{${members.join(',')}}`;
}

function quote(text: string): string {
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
