import { KitenError } from '@kiten/codec';
import { quantile, sorted } from '@kiten/numerics';
import { ChannelValues, type Unread } from './channel-values.ts';
import { type Columns, columnsOf, type TableRules } from './columns.ts';
import { Delimited, type Line, malformed } from './delimited.ts';
import { type Filler, takenForMissing } from './fillers.ts';
import { isHeader, isPreamble, namesOf } from './header.ts';
import { labelReader, withCalmAsZero } from './label.ts';
import { secondsOf } from './moment.ts';
import { Moments, mayBeTimeYet } from './time-column.ts';
import { unitOf } from './unit.ts';

/** Readings of several channels, row after row; what is missing is NaN. */
export interface Frame {
  readonly channels: readonly string[];
  /** What each channel is measured in; '' where nobody says. */
  readonly units?: readonly string[];
  readonly rows: number;
  /** `rows` × channels. */
  readonly values: Float64Array;
  /** Seconds since the Unix epoch, or since some beginning; without a column of time, the rows' numbers. */
  readonly times: Float64Array;
  /** The typical time between two rows, in seconds; `undefined` if no column says. */
  readonly interval: number | undefined;
  readonly timeColumn: string | undefined;
  /** Rows whose column of time is empty: it is taken to go on evenly there. */
  readonly untimed?: number;
  /** Columns that say what is an attack: never read as a channel. 0: calm; NaN: nobody knows. */
  readonly labels: ReadonlyMap<string, Float64Array>;
  /** Columns without any number, further ones of time and counts of rows, which were left out. */
  readonly leftOut: readonly string[];
  /** Channels with fields that are neither a number nor empty: these were taken for missing. */
  readonly unread?: readonly Unread[];
  /** Values that were taken for missing readings. */
  readonly fillers?: readonly Filler[];
}

/** So many rows say what a column is. */
const sampleRows = 200;
/** Where time stands still in these, so many do, and fields in them. */
const [mostSampleRows, mostSampleFields] = [25_600, 1 << 20];
/** A table while it is read, once it is known what its columns are. */
interface Reading {
  readonly columns: Columns;
  readonly moments: Moments | undefined;
  readonly labels: readonly {
    readonly name: string;
    readonly at: number;
    readonly read: (text: string) => number;
    readonly values: number[];
  }[];
  readonly channels: ChannelValues;
  rows: number;
}

/** Reads a table of readings as it comes, and finds which columns are time, labels and channels. */
export class FrameReader {
  readonly #rules: TableRules;
  readonly #lines = new Delimited();
  #header: readonly string[] | undefined;
  readonly #sample: Line[] = [];
  #reading: Reading | undefined;
  /** Rows after which it is asked what the columns are. */
  #wanted = sampleRows;

  constructor(rules: TableRules = {}) {
    this.#rules = rules;
  }

  /** @throws KitenError `measurement/table-malformed`, `measurement/table-too-large`, `measurement/column-missing` */
  push(text: string): void {
    for (const line of this.#lines.push(text)) this.#line(line);
  }

  /** @throws KitenError as `push`; `measurement/table-empty` */
  end(): Frame {
    for (const line of this.#lines.end()) this.#line(line);
    const reading = this.#reading ?? this.#settle();
    const { rows = 0, labels = [] } = reading ?? {};
    const read = reading?.channels.end(reading.columns.isNeeded);
    if (
      reading === undefined ||
      read === undefined ||
      read.columns.length + labels.length === 0 ||
      rows === 0
    )
      throw new KitenError('measurement/table-empty', 'The table has no column of numbers, or no row.');
    const { time, leftOut } = reading.columns;
    const counted = reading.moments?.end() ?? Float64Array.from({ length: rows }, (_, row) => row);
    const times = time?.isGuessed === true ? secondsOf(counted) : counted;
    const empty = reading.channels.columns.filter((column) => !read.columns.includes(column));
    const { units } = this.#rules;
    const frame: Frame = {
      channels: read.columns.map(({ name }) => name),
      units: read.columns.map(({ name }) => units?.get(name) ?? unitOf(name)),
      ...{ rows, values: read.values, times },
      interval: time === undefined ? undefined : intervalOf(times),
      timeColumn: time?.name,
      labels: new Map(labels.map(({ name, values }) => [name, withCalmAsZero(Float64Array.from(values))])),
      leftOut: [...leftOut, ...empty].sort((one, other) => one.at - other.at).map(({ name }) => name),
      ...(read.unread.length === 0 ? {} : { unread: read.unread }),
      ...(reading.moments?.missing ? { untimed: reading.moments.missing } : {}),
    };
    return takenForMissing(frame, saidFillers(frame.channels, this.#rules.missing));
  }

  #line(line: Line): void {
    if (this.#header === undefined) {
      if (isPreamble(line.fields)) return;
      this.#header = namesOf(line.fields);
      if (isHeader(line.fields)) return;
    }
    if (line.fields.length !== this.#header.length)
      throw malformed(
        line.number,
        `There are ${line.fields.length} fields under ${this.#header.length} names.`,
      );
    if (this.#reading !== undefined) pushRow(this.#reading, line);
    else if (this.#sample.push(line) === this.#wanted && !this.#waitsForTime()) this.#settle();
  }

  /** Doubles the rows that are wanted where it takes more to know the time. */
  #waitsForTime(): boolean {
    const columns = (this.#header ?? []).map((name, at) => ({ name, at }));
    const texts = ({ at }: { readonly at: number }) => this.#sample.map(({ fields }) => fields[at] ?? '');
    const isFull = this.#wanted >= mostSampleRows || 2 * this.#wanted * columns.length > mostSampleFields;
    if (isFull || !mayBeTimeYet(columns, texts, this.#rules)) return false;
    this.#wanted *= 2;
    return true;
  }

  #settle(): Reading | undefined {
    if (this.#header === undefined) return undefined;
    const columns = columnsOf(this.#header, this.#sample, this.#lines.delimiter === ';', this.#rules);
    const reading: Reading = {
      columns,
      moments: columns.time && new Moments(columns.time.readers),
      labels: columns.labels.map(({ name, at }) => ({
        ...{ name, at, values: [], read: labelReader(name, columns.read) },
      })),
      channels: new ChannelValues(columns.channels, columns.read),
      rows: 0,
    };
    this.#reading = reading;
    for (const line of this.#sample.splice(0)) pushRow(reading, line);
    return reading;
  }
}

function pushRow(reading: Reading, { fields, number }: Line): void {
  const { columns, moments, labels, channels } = reading;
  if (moments !== undefined) {
    const text = columns.time?.parts.map(({ at }) => fields[at] ?? '').join(' ') ?? '';
    if (!moments.push(text))
      throw malformed(number, `“${text.slice(0, 80)}” under “${columns.time?.name}” is no moment.`);
  }
  channels.push(fields, reading.rows++);
  for (const { at, read, values } of labels) values.push(read(fields[at] ?? ''));
}

/** What somebody says that stands for a missing reading, of each channel. */
function saidFillers(channels: readonly string[], missing: TableRules['missing'] = []): number[][] {
  return channels.map((name) =>
    missing.flatMap(({ channel = name, value }) => (channel === name ? [value] : [])),
  );
}

function intervalOf(times: Float64Array): number | undefined {
  if (times.length < 2) return undefined;
  const steps = Float64Array.from(
    { length: times.length - 1 },
    (_, at) => (times[at + 1] as number) - (times[at] as number),
  );
  const positive = steps.filter((step) => step > 0);
  return positive.length === 0 ? undefined : quantile(sorted(positive), 0.5);
}
