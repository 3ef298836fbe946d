import { type ErrorCode, KitenError } from '@kiten/codec';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads typed members of parsed JSON; what is not as it should be is refused with the given code. */
export function asObject(value: unknown, code: ErrorCode, sentence: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new KitenError(code, sentence);
}

/** A text of 1 to `maximum` characters. */
export function asText(value: unknown, maximum: number, code: ErrorCode, sentence: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= maximum) return value;
  throw new KitenError(code, sentence);
}

/** A whole number that is not negative. */
export function asCount(value: unknown, code: ErrorCode, sentence: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new KitenError(code, sentence);
}

/** The member of that name, own or none: a prototype has no say. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
