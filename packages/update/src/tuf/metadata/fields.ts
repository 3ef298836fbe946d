import { KitenError } from '@kiten/codec';

/** A parsed JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** What is not as TUF §4 has it. `where` is a path within the metadata. */
export function malformed(where: string, expected: string): KitenError {
  return new KitenError('update/metadata-malformed', `The metadata is malformed: ${where} ${expected}.`, {
    detail: { where },
  });
}

/** The member of that name, own or none: a prototype has no say. */
export function member(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asFields(value: unknown, where: string): Fields {
  if (isFields(value)) return value;
  throw malformed(where, 'is an object');
}

export function fieldsAt(fields: Fields, name: string): Fields {
  return asFields(member(fields, name), name);
}

export function asText(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw malformed(where, 'is a string');
}

export function textAt(fields: Fields, name: string): string {
  return asText(member(fields, name), name);
}

/** A whole number of at least `least`. */
export function wholeAt(fields: Fields, name: string, least: number): number {
  const value = member(fields, name);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw malformed(name, `is a whole number from ${least}`);
}

/** A truth value that may be left out, which says no. */
export function flagAt(fields: Fields, name: string): boolean {
  const value = member(fields, name);
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  throw malformed(name, 'is true or false');
}

export function asList(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed(where, 'is a list');
}

export function textsAt(fields: Fields, name: string): readonly string[] {
  return asList(member(fields, name), name).map((entry) => asText(entry, name));
}
