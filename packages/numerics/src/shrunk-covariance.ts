import { Gram } from './gram.ts';

/**
 * The covariance of columns whose mean is 0, drawn towards equal variances without correlation by as much as makes its expected
 * error least (Ledoit & Wolf, Journal of Multivariate Analysis 88, 2004). With fewer rows than columns it has an inverse, too.
 */
export class ShrunkCovariance {
  readonly #gram: Gram;
  #fourth = 0;

  constructor(order: number) {
    this.#gram = new Gram(order);
  }

  add(row: Float64Array): void {
    this.#gram.add(row);
    let square = 0;
    for (let at = 0; at < row.length; at++) square += (row[at] as number) * (row[at] as number);
    this.#fourth += square * square;
  }

  /**
   * @param rowsEach how many neighbouring rows say as much as one that is independent of the others
   * @param ridge is added to the diagonal: what a column varies by at least
   * @returns `order` × `order`, row after row; its diagonal is never 0
   */
  matrix(rowsEach = 1, ridge = 1e-9): Float64Array {
    const { order, rows } = this.#gram;
    const matrix = this.#gram.matrix();
    let [trace, squares] = [0, 0];
    for (let i = 0; i < order; i++) trace += matrix[i * order + i] as number;
    for (const value of matrix) squares += value * value;
    const mean = trace / order;
    const distance = squares - order * mean * mean;
    const error = Math.max(0, (this.#fourth / Math.max(1, rows) - squares) / Math.max(1, rows / rowsEach));
    const share = distance <= error ? 1 : error / distance;
    for (let at = 0; at < matrix.length; at++) matrix[at] = (matrix[at] as number) * (1 - share);
    for (let i = 0; i < order; i++)
      matrix[i * order + i] = (matrix[i * order + i] as number) + share * mean + ridge;
    return matrix;
  }
}
