import { KitenError } from '@kiten/codec';
import { isNothing } from './columns.ts';
import type { Column } from './time-column.ts';

/** What could not be read of a channel. */
export interface Unread {
  readonly channel: string;
  readonly fields: number;
  /** The first of them, and its row, from 0. */
  readonly text: string;
  readonly row: number;
}

/** Values; four gibibytes: fifteen sensors that are read every second for a year. */
const mostValues = 2 ** 29;

/** The readings of a table, row after row. */
export class ChannelValues {
  readonly columns: readonly Column[];
  readonly #read: (text: string) => number;
  #values = new Float64Array(4096);
  #count = 0;
  readonly #unread: ((Unread & { fields: number }) | undefined)[];
  readonly #hasNumber: boolean[];

  constructor(columns: readonly Column[], read: (text: string) => number) {
    this.columns = columns;
    this.#read = read;
    this.#unread = columns.map(() => undefined);
    this.#hasNumber = columns.map(() => false);
  }

  /** @throws KitenError `measurement/table-too-large` */
  push(fields: readonly string[], row: number): void {
    const width = this.columns.length;
    if (this.#count + width > mostValues)
      throw new KitenError('measurement/table-too-large', `The table has more than ${mostValues} readings.`);
    if (this.#count + width > this.#values.length) {
      const larger = new Float64Array(2 * this.#values.length + width);
      larger.set(this.#values);
      this.#values = larger;
    }
    for (let at = 0; at < width; at++) {
      const { at: place, name } = this.columns[at] as Column;
      const text = fields[place] ?? '';
      const value = this.#read(text);
      this.#values[this.#count++] = value;
      if (!Number.isNaN(value)) this.#hasNumber[at] = true;
      else if (!isNothing(text)) {
        const known = this.#unread[at];
        if (known === undefined) this.#unread[at] = { channel: name, fields: 1, text, row };
        else known.fields++;
      }
    }
  }

  /** The readings of those that have one, or that there have to be. */
  end(isNeeded: (column: Column) => boolean): {
    readonly columns: readonly Column[];
    readonly values: Float64Array;
    readonly unread: readonly Unread[];
  } {
    const kept = this.columns.flatMap((column, at) => (this.#hasNumber[at] || isNeeded(column) ? [at] : []));
    return {
      columns: kept.map((at) => this.columns[at] as Column),
      values: this.#only(kept),
      unread: kept.flatMap((at) => this.#unread[at] ?? []),
    };
  }
  /** Where they are: a large table is not there twice. */
  #only(kept: readonly number[]): Float64Array {
    const width = this.columns.length;
    const values = this.#values;
    if (kept.length === width) return values.subarray(0, this.#count);
    let count = 0;
    for (let row = 0; row < this.#count; row += width)
      for (const at of kept) values[count++] = values[row + at] as number;
    return values.subarray(0, count);
  }
}
