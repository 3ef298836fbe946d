/** Rows that are added together, so that each sum is fetched once for all of them. */
const together = 4;

/**
 * AᵀA / rows of a table that is handed in row by row: the covariance of columns whose mean is 0.
 */
export class Gram {
  readonly order: number;
  #rows = 0;
  /** The lower triangle. */
  readonly #sums: Float64Array;
  /** Rows that are to be added yet, one after the other. */
  readonly #waiting: Float64Array;
  #waits = 0;

  constructor(order: number) {
    this.order = order;
    this.#sums = new Float64Array(order * order);
    this.#waiting = new Float64Array(together * order);
  }

  /** @param sums AᵀA, `order` × `order`, row after row; only the lower triangle is read */
  static of(sums: Float64Array, order: number, rows: number): Gram {
    const gram = new Gram(order);
    gram.#sums.set(sums);
    gram.#rows = rows;
    return gram;
  }

  get rows(): number {
    return this.#rows;
  }

  add(row: Float64Array): void {
    this.#waiting.set(row, this.#waits * this.order);
    this.#rows++;
    if (++this.#waits === together) this.#addWaiting();
  }

  #addWaiting(): void {
    const { order } = this;
    const sums = this.#sums;
    const rows = this.#waiting.fill(0, this.#waits * order);
    const [second, third, fourth] = [order, 2 * order, 3 * order];
    for (let i = 0; i < order; i++) {
      const one = rows[i] as number;
      const two = rows[second + i] as number;
      const three = rows[third + i] as number;
      const four = rows[fourth + i] as number;
      const start = i * order;
      for (let j = 0; j <= i; j++)
        sums[start + j] =
          (sums[start + j] as number) +
          one * (rows[j] as number) +
          two * (rows[second + j] as number) +
          three * (rows[third + j] as number) +
          four * (rows[fourth + j] as number);
    }
    this.#waits = 0;
  }

  /** The mean square of a weighted sum of the columns. */
  meanSquare(weights: Float64Array): number {
    this.#addWaiting();
    const { order, rows } = this;
    const sums = this.#sums;
    let sum = 0;
    for (let i = 0; i < order; i++) {
      const start = i * order;
      const own = weights[i] as number;
      let others = 0.5 * own * (sums[start + i] as number);
      for (let j = 0; j < i; j++) others += (weights[j] as number) * (sums[start + j] as number);
      sum += 2 * own * others;
    }
    return Math.max(0, sum / Math.max(1, rows));
  }

  /** @param ridge is added to the diagonal */
  matrix(ridge = 0): Float64Array {
    this.#addWaiting();
    const { order, rows } = this;
    const sums = this.#sums;
    const matrix = new Float64Array(order * order);
    for (let i = 0; i < order; i++) {
      for (let j = 0; j <= i; j++) {
        const value = (sums[i * order + j] as number) / Math.max(1, rows);
        matrix[i * order + j] = value;
        matrix[j * order + i] = value;
      }
      matrix[i * order + i] = (matrix[i * order + i] as number) + ridge;
    }
    return matrix;
  }
}
