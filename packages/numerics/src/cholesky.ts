import { KitenError } from '@kiten/codec';

/** The lower triangle L of a symmetric positive definite matrix L·Lᵀ, row after row. */
export class Cholesky {
  readonly order: number;
  readonly #lower: Float64Array;

  /**
   * @param matrix `order` × `order`, row after row; only the lower triangle is read
   * @throws KitenError `numerics/not-positive-definite`
   */
  constructor(matrix: Float64Array, order: number) {
    const lower = new Float64Array(order * order);
    for (let row = 0; row < order; row++)
      for (let column = 0; column <= row; column++) {
        let sum = matrix[row * order + column] as number;
        for (let k = 0; k < column; k++)
          sum -= (lower[row * order + k] as number) * (lower[column * order + k] as number);
        if (row !== column) lower[row * order + column] = sum / (lower[column * order + column] as number);
        else if (sum > 0) lower[row * order + row] = Math.sqrt(sum);
        else
          throw new KitenError(
            'numerics/not-positive-definite',
            `The matrix is not positive definite: row ${row} depends on those before it.`,
            { detail: { row } },
          );
      }
    this.order = order;
    this.#lower = lower;
  }

  /** L⁻¹·vector, in place: of what has this covariance, it makes independent values of variance 1. */
  whiten(vector: Float64Array): Float64Array {
    const { order } = this;
    const lower = this.#lower;
    for (let row = 0; row < order; row++) {
      let sum = vector[row] as number;
      const start = row * order;
      for (let k = 0; k < row; k++) sum -= (lower[start + k] as number) * (vector[k] as number);
      vector[row] = sum / (lower[start + row] as number);
    }
    return vector;
  }

  /** Solves L·Lᵀ·x = vector, in place. */
  solve(vector: Float64Array): Float64Array {
    return this.unwhiten(this.whiten(vector));
  }

  /** L⁻ᵀ·vector, in place: weights over whitened values become weights over those that they were made of. */
  unwhiten(vector: Float64Array): Float64Array {
    const { order } = this;
    const lower = this.#lower;
    for (let row = order - 1; row >= 0; row--) {
      let sum = vector[row] as number;
      for (let k = row + 1; k < order; k++) sum -= (lower[k * order + row] as number) * (vector[k] as number);
      vector[row] = sum / (lower[row * order + row] as number);
    }
    return vector;
  }

  inverse(): Float64Array {
    const { order } = this;
    const inverse = new Float64Array(order * order);
    for (let row = 0; row < order; row++) {
      const unit = inverse.subarray(row * order, (row + 1) * order);
      unit[row] = 1;
      this.solve(unit);
    }
    return inverse;
  }

  /** The lower triangle, row after row. */
  get lower(): Float64Array {
    return this.#lower.slice();
  }
}
