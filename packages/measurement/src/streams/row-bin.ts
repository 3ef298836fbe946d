/** Readings that come within the same stretch of time are one row; of several of one channel the last counts. */
export class RowBin {
  readonly #length: number;
  readonly #row: Float64Array;
  #bin = Number.NEGATIVE_INFINITY;
  #isEmpty = true;

  /** @param length of a stretch, in milliseconds */
  constructor(channels: number, length: number) {
    this.#length = length;
    this.#row = new Float64Array(channels).fill(Number.NaN);
  }

  add(at: number, values: Float64Array, closed: (at: number, row: Float64Array) => void): void {
    this.close(at, closed);
    for (const [channel, value] of values.entries()) if (!Number.isNaN(value)) this.#row[channel] = value;
    this.#bin = Math.max(this.#bin, Math.floor(at / this.#length));
    this.#isEmpty = false;
  }

  /** Gives the row out if its time is over; its moment is the end of the stretch. */
  close(now: number, closed: (at: number, row: Float64Array) => void): void {
    if (Math.floor(now / this.#length) > this.#bin) this.flush(closed);
  }

  /** Gives out what there is, though its time is not over: what follows is no part of it. */
  flush(closed: (at: number, row: Float64Array) => void): void {
    if (this.#isEmpty) return;
    this.#isEmpty = true;
    closed((this.#bin + 1) * this.#length, this.#row);
    this.#row.fill(Number.NaN);
  }
}
