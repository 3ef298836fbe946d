import { KitenError } from '@kiten/codec';
import type { Line } from './delimited.ts';
import { labelNames } from './label.ts';
import {
  type MomentFormat,
  type MomentReader,
  momentFormatOf,
  momentReaders,
  type TimeUnit,
  timeUnitOf,
  timeUnits,
} from './moment.ts';

/** What somebody knows of a table and says. */
export interface TableRules {
  /** The name of the column of time; found, unless given. */
  readonly timeColumn?: string;
  /** What its numbers count; what its name says or its numbers look like, unless given. */
  readonly timeUnit?: TimeUnit;
  /** What channels are measured in, beside what their names say. */
  readonly units?: ReadonlyMap<string, string>;
}

/** A column of a table. */
export interface Column {
  readonly name: string;
  readonly at: number;
}

/** The column of time, and how a moment is read from it. */
export interface TimeColumn extends Column {
  readonly read: MomentReader;
  /** Whether only the size of its numbers tells what they count. */
  readonly isGuessed: boolean;
}

/** What the columns of a table are. */
export interface Columns {
  readonly time: TimeColumn | undefined;
  readonly labels: readonly Column[];
  readonly channels: readonly Column[];
  readonly leftOut: readonly string[];
  readonly read: (text: string) => number;
}

const timeNames =
  /^(time|timestamp|date|datetime|date_?time|ts|t|epoch|unix_?time|elapsed|zeit|zeitstempel|時刻|時間|日時)([ _([].*)?$/i;
/** Another column of time is no channel: it leaves whatever was normal. */
const otherTimeNames = /(^|[_ ])(time|timestamp|date|datetime|utc)([_ ([.]|$)/i;

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
  const texts = (at: number) => sample.map(({ fields }) => pointed(fields[at] ?? ''));
  const all = header.map((name, at): Column => ({ name, at }));
  const formatOf = ({ name, at }: Column): MomentFormat | undefined => {
    const format = momentFormatOf(texts(at));
    // Numbers that rise may be a counter: only the name tells that they are time.
    return format === 'number' && name !== rules.timeColumn && !timeNames.test(name) ? undefined : format;
  };
  const found =
    rules.timeColumn === undefined
      ? (all.find((column) => timeNames.test(column.name) && formatOf(column) !== undefined) ??
        all.find((column) => formatOf(column) !== undefined))
      : named(all, rules.timeColumn);
  const time = found && timeColumn(found, formatOf(found), pointed, rules);
  const rest = all.filter(({ at }) => at !== time?.at);
  const labels = rest.filter(({ name }) => labelNames.test(name));
  const isOtherTime = ({ name, at }: Column) =>
    otherTimeNames.test(name) && momentFormatOf(texts(at)) !== undefined;
  const numbers = rest.filter((column) => !labels.includes(column));
  const isNumeric = (column: Column) =>
    !isOtherTime(column) && texts(column.at).some((text) => Number.isFinite(reading(text)));
  for (const name of rules.units?.keys() ?? []) named(all, name);
  return {
    ...{ time, labels, read: (text) => reading(pointed(text)), channels: numbers.filter(isNumeric) },
    leftOut: numbers.filter((column) => !isNumeric(column)).map(({ name }) => name),
  };
}

function timeColumn(
  column: Column,
  format: MomentFormat | undefined,
  pointed: (text: string) => string,
  rules: TableRules,
): TimeColumn {
  if (format === undefined)
    throw missing(column.name, `The column “${column.name}” does not hold moments that don’t fall.`);
  const unit = rules.timeUnit ?? timeUnitOf(column.name);
  if (format !== 'number') return { ...column, read: momentReaders[format], isGuessed: false };
  const { number } = momentReaders;
  const read: MomentReader =
    unit === undefined
      ? (text) => number(pointed(text))
      : (text) => (text === '' ? Number.NaN : Number(pointed(text)) / timeUnits[unit]);
  return { ...column, read, isGuessed: unit === undefined };
}

function named(all: readonly Column[], name: string): Column {
  const found = all.find((column) => column.name === name);
  if (found !== undefined) return found;
  throw missing(
    name,
    `There is no column “${name.slice(0, 80)}”, but ${all.map((column) => column.name).join(', ')}.`,
  );
}

const missing = (column: string, sentence: string): KitenError =>
  new KitenError('measurement/column-missing', sentence, { detail: { column } });

/** NaN for what is not a number, the empty field among it. */
function reading(text: string): number {
  if (text === '') return Number.NaN;
  if (/^(true|on|open)$/i.test(text)) return 1;
  if (/^(false|off|closed)$/i.test(text)) return 0;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}
