import { Gram } from './gram.ts';
import { joined } from './joined.ts';

interface Table {
  /** Values of a row. */
  readonly width: number;
  readonly rows: number;
  /** How many rows before a row are looked at, at most. */
  readonly lags: number;
  /** For each value of a row and each lag, from the largest on: its products with the values of the row so many before. */
  readonly sums: Float64Array;
  /** The first rows and the last, as many as there are lags, or all there are. */
  readonly head: Float64Array;
  readonly tail: Float64Array;
}

/**
 * Σ x·yᵀ over the rows x of a table and the rows y so many before each: what covariances of rows that are joined with those before
 * them are made of, of any number of rows up to `lags`. Those of two tables that follow each other are the sum of both, and of
 * what meets at the seam: what was added up of a part of a table is not added up again.
 */
export class LaggedProducts {
  readonly #table: Table;

  private constructor(table: Table) {
    this.#table = table;
  }

  /** @param values rows of `width` values, one after the other; none is NaN */
  static of(values: Float64Array, width: number, lags: number): LaggedProducts {
    const rows = values.length / width;
    const sums = new Float64Array(width * width * (lags + 1));
    const rowAt = (row: number): Float64Array => values.subarray(row * width, (row + 1) * width);
    const whole = addWhole(sums, values, width, lags);
    for (let row = 0; row < rows; row++)
      if (row < lags || row >= whole)
        for (let lag = 0; lag <= Math.min(lags, row); lag++)
          addProducts(sums, rowAt(row), rowAt(row - lag), lags - lag);
    const kept = Math.min(lags, rows) * width;
    const tail = values.slice(values.length - kept);
    return new LaggedProducts({ width, rows, lags, sums, head: values.slice(0, kept), tail });
  }

  /** Of these rows and the other's after them, which are as wide and have as many lags. */
  followedBy(other: LaggedProducts): LaggedProducts {
    const [before, after] = [this.#table, other.#table];
    const { width, lags } = before;
    const sums = before.sums.map((sum, at) => sum + (after.sums[at] as number));
    const seam = joined([before.tail, after.head]);
    const first = before.tail.length / width;
    const rowAt = (row: number): Float64Array => seam.subarray(row * width, (row + 1) * width);
    for (let row = first; row < seam.length / width; row++)
      for (let lag = row - first + 1; lag <= Math.min(lags, row); lag++)
        addProducts(sums, rowAt(row), rowAt(row - lag), lags - lag);
    const kept = lags * width;
    const tail = joined([before.tail, after.tail]);
    return new LaggedProducts({
      ...{ width, lags, sums, rows: before.rows + after.rows },
      head: joined([before.head, after.head]).slice(0, kept),
      tail: tail.slice(Math.max(0, tail.length - kept)),
    });
  }

  /** As if each row that has so many before it had been added, joined with these: the newest first. */
  gram(lags: number): Gram {
    const { width, rows, head, tail } = this.#table;
    const order = width * (lags + 1);
    const sums = new Float64Array(order * order);
    const end = tail.length / width;
    if (rows > lags)
      for (let later = 0; later <= lags; later++)
        for (let lag = 0; later + lag <= lags; lag++)
          for (let at = 0; at < width; at++)
            for (let from = 0; from < width; from++) {
              // Rows that are no joined row's at this place: the first, and as many of the last as come later in it.
              const left =
                productsIn(head, width, lag, lags - later, at, lag, from) +
                productsIn(tail, width, end - later, end, at, lag, from);
              sums[((later + lag) * width + from) * order + later * width + at] =
                this.#sum(at, lag, from) - left;
            }
    return Gram.of(sums, order, Math.max(0, rows - lags));
  }

  #sum(at: number, lag: number, from: number): number {
    const { width, lags, sums } = this.#table;
    return sums[(at * (lags + 1) + lags - lag) * width + from] as number;
  }
}

/** Rows that are added together, so that each sum is fetched once for all of them. */
const together = 4;

/**
 * Adds the products of rows that have all rows before them, as far as they go into fours.
 *
 * @returns the first row after them
 */
function addWhole(sums: Float64Array, values: Float64Array, width: number, lags: number): number {
  const rows = values.length / width;
  const length = width * (lags + 1);
  let row = lags;
  for (; row + together <= rows; row += together) {
    // The rows before a row and the row itself are one after the other, as their sums are.
    const first = (row - lags) * width;
    const [second, third, fourth] = [first + width, first + 2 * width, first + 3 * width];
    for (let at = 0; at < width; at++) {
      const place = row * width + at;
      const one = values[place] as number;
      const two = values[place + width] as number;
      const three = values[place + 2 * width] as number;
      const four = values[place + 3 * width] as number;
      const start = at * length;
      for (let from = 0; from < length; from++)
        sums[start + from] =
          (sums[start + from] as number) +
          one * (values[first + from] as number) +
          two * (values[second + from] as number) +
          three * (values[third + from] as number) +
          four * (values[fourth + from] as number);
    }
  }
  return row;
}

/** @param block of the sums of each value: the largest lag is the first */
function addProducts(sums: Float64Array, row: Float64Array, before: Float64Array, block: number): void {
  const width = row.length;
  const length = sums.length / width;
  for (let at = 0; at < width; at++)
    for (let from = 0; from < width; from++) {
      const place = at * length + block * width + from;
      sums[place] = (sums[place] as number) + (row[at] as number) * (before[from] as number);
    }
}

/** What one value of rows `first` … `end` and another of the rows so many before them add up to. */
function productsIn(
  rows: Float64Array,
  width: number,
  first: number,
  end: number,
  at: number,
  lag: number,
  from: number,
): number {
  let sum = 0;
  for (let row = first; row < end; row++)
    sum += (rows[row * width + at] as number) * (rows[(row - lag) * width + from] as number);
  return sum;
}
