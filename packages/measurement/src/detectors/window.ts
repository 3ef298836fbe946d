/** The row and those before it, the newest first, in one array. */
export class Window {
  readonly #channels: number;
  readonly #joined: Float64Array;

  constructor(channels: number, lags: number) {
    this.#channels = channels;
    this.#joined = new Float64Array(channels * (lags + 1));
  }

  push(row: Float64Array): Float64Array {
    const joined = this.#joined;
    joined.copyWithin(this.#channels, 0, joined.length - this.#channels);
    joined.set(row);
    return joined;
  }
}

/** A profile may have been learned with more than now. */
const mostLags = 32;

export function isLags(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= mostLags;
}
