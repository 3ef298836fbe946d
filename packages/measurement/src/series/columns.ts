import type { Line } from './delimited.ts';
import { isLabel } from './label.ts';
import {
  type Column,
  isOtherTime,
  named,
  type TimeColumn,
  type TimeRules,
  timeColumnOf,
} from './time-column.ts';
import { withoutUnit } from './unit.ts';

/** What somebody knows of a table and says. */
export interface TableRules extends TimeRules {
  /** What channels are measured in, beside what their names say. */
  readonly units?: ReadonlyMap<string, string>;
  /** Values that stand for a missing reading: of one channel, or of all. */
  readonly missing?: readonly { readonly channel?: string; readonly value: number }[];
  /** Channels that there have to be, whatever stands in the first rows; with their units or without. */
  readonly channels?: readonly string[];
}

/** What the columns of a table are. */
export interface Columns {
  readonly time: TimeColumn | undefined;
  readonly labels: readonly Column[];
  /** Columns of numbers, and those without any word in the first rows. */
  readonly channels: readonly Column[];
  readonly leftOut: readonly Column[];
  /** Whether it is a channel also without any number. */
  readonly isNeeded: (column: Column) => boolean;
  readonly read: (text: string) => number;
}

/** Names of columns that count the rows. */
const counterNames = /^(|row|rows|index|idx|id|no\.?|nr\.?|#|number|record|line|unnamed: ?0|column 1)$/i;
const nothing = /^(|nan|na|n\/a|null|none|-+)$/i;

/**
 * @param mayHaveComma with `;` between fields, `,` is the decimal point of many countries
 * @throws KitenError `measurement/column-missing` if a column that the rules name is not there, or holds no moments
 */
export function columnsOf(
  header: readonly string[],
  sample: readonly Line[],
  mayHaveComma: boolean,
  rules: TableRules = {},
): Columns {
  const hasComma =
    mayHaveComma && sample.some(({ fields }) => fields.some((field) => /^-?\d+,\d+$/.test(field)));
  const pointed = (text: string) => (hasComma ? text.replace(/^(-?\d+),(\d+)$/, '$1.$2') : text);
  const all = header.map((name, at): Column => ({ name, at }));
  const first = all.map(({ at }) => sample.map(({ fields }) => pointed(fields[at] ?? '')));
  const texts = ({ at }: Column) => first[at] as string[];
  const time = timeColumnOf(all, texts, pointed, rules);
  const rest = all.filter((column) => time?.parts.includes(column) !== true);
  const labels = rest.filter((column) => isLabel(column.name, texts(column)));
  for (const name of rules.units?.keys() ?? []) named(all, name);
  for (const { channel } of rules.missing ?? []) if (channel !== undefined) named(all, channel);
  const needed = new Set(rules.channels);
  const bare = new Set(rules.channels?.map(withoutUnit));
  const isNeeded = ({ name }: Column) => needed.has(name) || bare.has(withoutUnit(name));
  const mayBeChannel = (column: Column) =>
    !isOtherTime(column, texts(column)) &&
    !isCounter(column, texts(column)) &&
    (texts(column).some((text) => Number.isFinite(reading(text))) || texts(column).every(isNothing));
  const others = rest.filter((column) => !labels.includes(column));
  const channels = others.filter((column) => isNeeded(column) || mayBeChannel(column));
  return {
    ...{ time, labels, channels, isNeeded, read: (text) => reading(pointed(text)) },
    leftOut: others.filter((column) => !channels.includes(column)),
  };
}

/** Whether a field says by itself that there is no reading. */
export const isNothing = (text: string): boolean => nothing.test(text);

/** A count of rows leaves whatever was normal. */
function isCounter({ name }: Column, texts: readonly string[]): boolean {
  if (!counterNames.test(name) || texts.length < 2) return false;
  const [from] = texts.map(Number);
  return texts.every((text, at) => text !== '' && Number(text) === (from as number) + at);
}

/** NaN for what is not a number, the empty field among it. */
function reading(text: string): number {
  if (text === '') return Number.NaN;
  if (/^(true|on|open)$/i.test(text)) return 1;
  if (/^(false|off|closed)$/i.test(text)) return 0;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}
