const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** The JSON text of a value, every digit of its integers included. */
export function exactJsonText(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_, part: unknown) => (typeof part === 'bigint' ? rawJSON(String(part)) : part),
    indent,
  );
}
