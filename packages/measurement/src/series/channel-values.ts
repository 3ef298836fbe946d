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

/** Values; half a gibibyte. */
const mostValues = 1 << 26;

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
    const width = this.columns.length;
    const kept = this.columns.flatMap((column, at) => (this.#hasNumber[at] || isNeeded(column) ? [at] : []));
    const all = this.#values.subarray(0, this.#count);
    return {
      columns: kept.map((at) => this.columns[at] as Column),
      values:
        kept.length === width
          ? all.slice()
          : Float64Array.from(
              { length: (all.length / width) * kept.length },
              (_, at) =>
                all[Math.trunc(at / kept.length) * width + (kept[at % kept.length] as number)] as number,
            ),
      unread: kept.flatMap((at) => this.#unread[at] ?? []),
    };
  }
}
