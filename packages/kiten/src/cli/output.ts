import { toHex } from '@kiten/codec';
import { exactJsonText } from '@kiten/policy';

let told: NodeJS.WriteStream = process.stdout;

/** From now on, what is said goes to standard error: standard output is for what was made. */
export function tellOnStandardError(): void {
  told = process.stderr;
}

/** Writes a line to standard output, or where {@link tellOnStandardError} says. */
export function print(line = ''): void {
  told.write(`${line}\n`);
}

/** Writes one JSON document, on one line, for scripts; integers with every digit. */
export function printJson(value: unknown): void {
  print(exactJsonText(value));
}

/** A value as JSON can have it: bytes as hexadecimal, maps as objects, sets as lists, without what is undefined. */
export function jsonOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Set) return [...value].map(jsonOf);
  if (value instanceof Map) return jsonOf(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, jsonOf(member)]));
}

/** Prints rows under their headings, each column as wide as it needs. Wide characters count twice. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = headings.map((heading, column) =>
    Math.max(...[heading, ...rows.map((row) => row[column] ?? '')].map(displayWidth)),
  );
  for (const row of [headings, ...rows]) {
    print(
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell)))
        .join('  ')
        .trimEnd(),
    );
  }
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/gu;

function displayWidth(text: string): number {
  return [...text].length + (text.match(wide)?.length ?? 0);
}

/** A line under others with a list in it, which goes on beneath its beginning where a terminal ends. */
export function printList(
  heading: string,
  items: readonly string[],
  behind = '',
  width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY,
): void {
  let line = heading;
  for (const [at, item] of items.entries()) {
    const next = ` ${item}${at < items.length - 1 ? ',' : behind}`;
    const isFull = displayWidth(line) + displayWidth(next) > width && line.trim() !== '' && at > 0;
    if (isFull) print(line);
    line = `${isFull ? ' '.repeat(displayWidth(heading)) : line}${next}`;
  }
  print(line);
}

/** `1 entry`, `2 entries`. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `2026-11-23 08:30:05` in UTC, or a dash. */
export function showTime(milliseconds: number | undefined): string {
  return milliseconds === undefined
    ? '–'
    : new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
}
