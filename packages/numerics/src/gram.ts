/**
 * AᵀA / rows of a table that is handed in row by row: the covariance of columns whose mean is 0.
 */
export class Gram {
  readonly order: number;
  readonly sums: Float64Array;
  rows = 0;

  constructor(order: number) {
    this.order = order;
    this.sums = new Float64Array(order * order);
  }

  add(row: Float64Array): void {
    const { order, sums } = this;
    for (let i = 0; i < order; i++) {
      const value = row[i] as number;
      if (value === 0) continue;
      const start = i * order;
      for (let j = 0; j <= i; j++) sums[start + j] = (sums[start + j] as number) + value * (row[j] as number);
    }
    this.rows++;
  }

  /** The mean square of a weighted sum of the columns. */
  meanSquare(weights: Float64Array): number {
    const { order, sums, rows } = this;
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
    const { order, sums, rows } = this;
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
