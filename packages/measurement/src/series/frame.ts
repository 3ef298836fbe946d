import { KitenError } from '@kiten/codec';
import { quantile, sorted } from '@kiten/numerics';
import { type Columns, columnsOf, type TableRules } from './columns.ts';
import { Delimited, type Line, malformed } from './delimited.ts';
import { labelFrom } from './label.ts';
import { secondsOf } from './moment.ts';
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
  /** Columns that say what is an attack: never read as a channel. 0: calm; NaN: nobody knows. */
  readonly labels: ReadonlyMap<string, Float64Array>;
  /** Columns of words, and further ones of time, which were left out. */
  readonly leftOut: readonly string[];
}

/** So many rows say what a column is. */
const sampleRows = 200;
/** Values; half a gibibyte. */
const mostValues = 1 << 26;

/** Reads a table of readings as it comes, and finds which columns are time, labels and channels. */
export class FrameReader {
  readonly #rules: TableRules;
  readonly #lines = new Delimited();
  #header: readonly string[] | undefined;
  readonly #sample: Line[] = [];
  #columns: Columns | undefined;
  readonly #times: number[] = [];
  readonly #labels = new Map<string, number[]>();
  #values = new Float64Array(4096);
  #count = 0;

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
    if (this.#columns === undefined) this.#settle();
    const columns = this.#columns as Columns | undefined;
    const width = (columns?.channels.length ?? 0) + (columns?.labels.length ?? 0);
    if (columns === undefined || width === 0 || this.#times.length === 0)
      throw new KitenError('measurement/table-empty', 'The table has no column of numbers, or no row.');
    const counted = Float64Array.from(this.#times);
    const times = columns.time?.isGuessed === true ? secondsOf(counted) : counted;
    const { units } = this.#rules;
    return {
      channels: columns.channels.map(({ name }) => name),
      units: columns.channels.map(({ name }) => units?.get(name) ?? unitOf(name)),
      rows: times.length,
      values: this.#values.slice(0, this.#count),
      times,
      interval: columns.time === undefined ? undefined : intervalOf(times),
      timeColumn: columns.time?.name,
      labels: new Map([...this.#labels].map(([name, each]) => [name, Float64Array.from(each)])),
      leftOut: columns.leftOut,
    };
  }

  #line(line: Line): void {
    if (this.#header === undefined) {
      const isHeader = line.fields.some((field) => field !== '' && Number.isNaN(Number(field)));
      this.#header = isHeader ? unique(line.fields) : line.fields.map((_, at) => `channel ${at + 1}`);
      if (isHeader) return;
    }
    if (line.fields.length !== this.#header.length)
      throw malformed(
        line.number,
        `There are ${line.fields.length} fields under ${this.#header.length} names.`,
      );
    if (this.#columns !== undefined) this.#row(line, this.#columns);
    else if (this.#sample.push(line) === sampleRows) this.#settle();
  }

  #settle(): void {
    if (this.#header === undefined) return;
    const columns = columnsOf(this.#header, this.#sample, this.#lines.delimiter === ';', this.#rules);
    this.#columns = columns;
    for (const line of this.#sample.splice(0)) this.#row(line, columns);
  }

  #row({ fields, number }: Line, columns: Columns): void {
    const { time, labels, channels } = columns;
    const moment = time === undefined ? this.#times.length : time.read(fields[time.at] ?? '');
    if (Number.isNaN(moment)) throw malformed(number, `“${fields[time?.at ?? 0]}” is no moment.`);
    if (this.#count + channels.length > mostValues)
      throw new KitenError('measurement/table-too-large', `The table has more than ${mostValues} readings.`);
    this.#times.push(moment);
    for (const { name, at } of labels) {
      const known = this.#labels.get(name) ?? [];
      known.push(labelFrom(fields[at] ?? '', columns.read));
      this.#labels.set(name, known);
    }
    if (this.#count + channels.length > this.#values.length) {
      const larger = new Float64Array(2 * this.#values.length + channels.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    for (const { at } of channels) this.#values[this.#count++] = columns.read(fields[at] ?? '');
  }
}

/** Two columns of one name are told apart by a number. */
function unique(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name, at) => {
    const base = name === '' ? `column ${at + 1}` : name;
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return count === 1 ? base : `${base} (${count})`;
  });
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
