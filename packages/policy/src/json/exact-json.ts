const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

const exact = (_: string, part: unknown): unknown =>
  typeof part === 'bigint' ? rawJSON(String(part)) : part;

/** The JSON text of a value, every digit of its integers included. */
export function exactJsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, exact, indent);
}

/** The same value with bigints as what `JSON.stringify` writes as their digits: for an engine that takes JSON. */
export function exactJson(value: unknown): unknown {
  if (typeof value === 'bigint') return rawJSON(String(value));
  if (Array.isArray(value)) return value.map(exactJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, exactJson(member)]));
}
