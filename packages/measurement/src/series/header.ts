import { momentReaders } from './moment.ts';

/** Whether a line has names, and not readings. */
export const isHeader = (fields: readonly string[]): boolean => fields.some(isName);

/** Whether a line above the names is none of them: a title, or what a group of columns belongs to. */
export function isPreamble(fields: readonly string[]): boolean {
  const filled = fields.filter((field) => field !== '');
  return filled.length === 0 || (2 * filled.length < fields.length && filled.some(isName));
}

function isName(field: string): boolean {
  const { iso, 'day-first': dayFirst, 'month-first': monthFirst } = momentReaders;
  return (
    field !== '' &&
    Number.isNaN(Number(field)) &&
    [iso, dayFirst, monthFirst].every((read) => Number.isNaN(read(field)))
  );
}

/** Two columns of one name are told apart by a number. */
export function namesOf(fields: readonly string[]): string[] {
  if (!isHeader(fields)) return fields.map((_, at) => `channel ${at + 1}`);
  const seen = new Map<string, number>();
  return fields.map((name, at) => {
    const base = name === '' ? `column ${at + 1}` : name;
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return count === 1 ? base : `${base} (${count})`;
  });
}
