import { type ErrorCode, KitenError } from '@kiten/codec';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed JSON value is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A refusal of a JSON form: `policy/json-…`, what was expected, and what stood there. */
export function refuse(code: ErrorCode, expected: string, found?: unknown): never {
  const detail = found === undefined ? {} : { detail: { found: describe(found) } };
  throw new KitenError(
    code,
    `Expected ${expected}${found === undefined ? '' : `, found ${describe(found)}`}.`,
    detail,
  );
}

/** The object's fields, refused if one that is required is missing or one is neither required nor optional. */
export function readObject(
  value: unknown,
  what: { readonly code: ErrorCode; readonly name: string },
  required: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  if (!isJsonObject(value)) return refuse(what.code, `${what.name}, an object`, value);
  for (const key of required) {
    if (!Object.hasOwn(value, key)) return refuse(what.code, `"${key}" in ${what.name}`, value);
  }
  for (const key of Object.keys(value)) {
    if (!required.includes(key) && !optional.includes(key)) {
      return refuse(what.code, `only ${[...required, ...optional].join(', ')} in ${what.name}`, key);
    }
  }
  return value;
}

export function readText(value: unknown, code: ErrorCode, name: string): string {
  return typeof value === 'string' ? value : refuse(code, `${name}, a string`, value);
}

export function readList(value: unknown, code: ErrorCode, name: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(code, `${name}, an array`, value);
}

function describe(value: unknown): string {
  const text =
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ??
    typeof value;
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
