import { KitenError } from '@kiten/codec';
import { quantile, sorted } from '@kiten/numerics';
import {
  type MomentFormat,
  type MomentReader,
  momentFormatsOf,
  momentReaders,
  standsStill,
  type TimeUnit,
  timeUnitOf,
  timeUnits,
  wayOf,
} from './moment.ts';

/** A column of a table. */
export interface Column {
  readonly name: string;
  readonly at: number;
}

/** The column of time, or a column of days with one of hours, and how a moment may be read from it. */
export interface TimeColumn {
  readonly name: string;
  readonly parts: readonly Column[];
  /** Which of several it is, all rows together tell. */
  readonly readers: readonly MomentReader[];
  /** Whether only the size of its numbers tells what they count. */
  readonly isGuessed: boolean;
}

/** What somebody says of the column of time. */
export interface TimeRules {
  /** The name of the column of time; found, unless given. */
  readonly timeColumn?: string;
  /** What its numbers count; what its name says or its numbers look like, unless given. */
  readonly timeUnit?: TimeUnit;
}

const timeNames =
  /^(time|timestamp|date|datetime|date_?time|ts|t|epoch|unix_?time|elapsed|zeit|zeitstempel|時刻|時間|日時)([ _([].*)?$/i;
const dayNames = /^(date|day|datum|tag|日付)$/i;
const hourNames = /^(time|hour|uhrzeit|zeit|時刻|時間)$/i;
/** Another column of time is no channel: it leaves whatever was normal. */
const otherTimeNames = /(^|[_ ])(time|timestamp|date|datetime|utc)([_ ([.]|$)/i;

/**
 * @param texts the first fields of a column
 * @throws KitenError `measurement/column-missing` if the column that the rules name is not there, or holds no moments
 */
export function timeColumnOf(
  all: readonly Column[],
  texts: (column: Column) => readonly string[],
  pointed: (text: string) => string,
  rules: TimeRules,
): TimeColumn | undefined {
  const formatsOf = (column: Column): MomentFormat[] => {
    const formats = momentFormatsOf(texts(column));
    // Numbers that rise may be a counter: only the name tells that they are time.
    const mayBeNumber = column.name === rules.timeColumn || timeNames.test(column.name);
    return formats.filter((format) => format !== 'number' || mayBeNumber);
  };
  if (rules.timeColumn !== undefined) {
    const column = named(all, rules.timeColumn);
    const formats = formatsOf(column);
    if (formats.length > 0) return timeColumn(column, formats, pointed, rules);
    throw missing(column.name, `The column “${column.name}” does not hold moments, one after the other.`);
  }
  const found =
    all.find((column) => timeNames.test(column.name) && formatsOf(column).length > 0) ??
    all.find((column) => formatsOf(column).length > 0);
  const apart = dayAndHour(all, texts);
  if (apart !== undefined && (found === undefined || apart.parts.includes(found))) return apart;
  return found && timeColumn(found, formatsOf(found), pointed, rules);
}

/** Whether more rows have to be seen to know which column is time: what may be it stands still, so far, and nothing else goes on. */
export function mayBeTimeYet(
  all: readonly Column[],
  texts: (column: Column) => readonly string[],
  { timeColumn }: TimeRules,
): boolean {
  const candidates = all.filter(({ name }) =>
    timeColumn === undefined ? timeNames.test(name) : name === timeColumn,
  );
  return (
    candidates.some((column) => standsStill(texts(column))) &&
    candidates.every((column) => momentFormatsOf(texts(column)).length === 0)
  );
}

/** Whether it is one more column of time. */
export function isOtherTime({ name }: Column, texts: readonly string[]): boolean {
  return otherTimeNames.test(name) && momentFormatsOf(texts).length > 0;
}

/** @throws KitenError `measurement/column-missing` */
export function named(all: readonly Column[], name: string): Column {
  const found = all.find((column) => column.name === name);
  if (found !== undefined) return found;
  throw missing(
    name,
    `There is no column “${name.slice(0, 80)}”, but ${all.map((column) => column.name).join(', ')}.`,
  );
}

function dayAndHour(
  all: readonly Column[],
  texts: (column: Column) => readonly string[],
): TimeColumn | undefined {
  const [day, hour] = [dayNames, hourNames].map((names) => all.find(({ name }) => names.test(name)));
  if (day === undefined || hour === undefined) return undefined;
  const hours = texts(hour);
  if (!hours.every((text) => /^\d{1,2}:\d{2}/.test(text))) return undefined;
  const formats = momentFormatsOf(texts(day).map((text, at) => `${text} ${hours[at]}`));
  if (formats.length === 0) return undefined;
  const readers = formats.map((format) => momentReaders[format]);
  return { name: `${day.name} ${hour.name}`, parts: [day, hour], readers, isGuessed: false };
}

function timeColumn(
  column: Column,
  formats: readonly MomentFormat[],
  pointed: (text: string) => string,
  rules: TimeRules,
): TimeColumn {
  const { name } = column;
  const unit = rules.timeUnit ?? timeUnitOf(name);
  const { number } = momentReaders;
  const counted: MomentReader =
    unit === undefined
      ? (text) => number(pointed(text))
      : (text) => (text === '' ? Number.NaN : Number(pointed(text)) / timeUnits[unit]);
  const readers = formats.map((format) => (format === 'number' ? counted : momentReaders[format]));
  return { name, parts: [column], readers, isGuessed: formats[0] === 'number' && unit === undefined };
}

/** Moments that are missing, evenly between the others; before the first and behind the last as far apart as most are. */
function withoutHoles(times: Float64Array): Float64Array {
  const rows = [...times.keys()].filter((row) => !Number.isNaN(times[row]));
  if (rows.length === times.length || rows.length < 2) return times;
  const steps = rows.slice(1).map((row, at) => {
    const before = rows[at] as number;
    return ((times[row] as number) - (times[before] as number)) / (row - before);
  });
  const usual = quantile(sorted(Float64Array.from(steps)), 0.5);
  let at = 0;
  return times.map((time, row) => {
    if (!Number.isNaN(time)) return time;
    while (at < rows.length && (rows[at] as number) < row) at++;
    const before = rows[at - 1] ?? (rows[0] as number);
    const step = at === 0 || at === rows.length ? usual : (steps[at - 1] as number);
    return (times[before] as number) + (row - before) * step;
  });
}

const missing = (column: string, sentence: string): KitenError =>
  new KitenError('measurement/column-missing', sentence, { detail: { column } });

/** The moments of a column, read in each way that may be meant, until rows rule it out. */
export class Moments {
  #ways: readonly { readonly read: MomentReader; readonly times: number[] }[];
  #missing = 0;

  constructor(readers: readonly MomentReader[]) {
    this.#ways = readers.map((read) => ({ read, times: [] }));
  }

  /** Rows without one: it is taken to go on evenly there. */
  get missing(): number {
    return this.#missing;
  }

  /** @returns whether it is a moment, or none at all */
  push(text: string): boolean {
    if (text.trim() === '') {
      this.#missing++;
      for (const { times } of this.#ways) times.push(Number.NaN);
      return true;
    }
    const moments = this.#ways.map(({ read }) => read(text));
    if (moments.every(Number.isNaN)) return false;
    if (moments.some(Number.isNaN)) this.#ways = this.#ways.filter((_, at) => !Number.isNaN(moments[at]));
    const known = moments.filter((moment) => !Number.isNaN(moment));
    for (const [at, { times }] of this.#ways.entries()) times.push(known[at] as number);
    return true;
  }

  /** Read in the way in which they lie closest, the most likely first. */
  end(): Float64Array {
    const read = this.#ways.map(({ times }) => withoutHoles(Float64Array.from(times)));
    return read.reduce(
      (best, each) => (wayOf(each) < wayOf(best) ? each : best),
      read[0] ?? new Float64Array(0),
    );
  }
}
