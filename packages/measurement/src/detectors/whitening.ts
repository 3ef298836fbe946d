/** Turns vectors of a known covariance L·Lᵀ into independent values of variance 1, over and over without allocating. */
export class Whitening {
  readonly #lower: Float64Array;
  readonly #order: number;
  /** What the last vector became. */
  readonly white: Float64Array;

  /** @param lower `order` × `order`, row after row; only the triangle is read */
  constructor(lower: Float64Array, order: number) {
    this.#lower = lower;
    this.#order = order;
    this.white = new Float64Array(order);
  }

  /** Whether there is such a triangle that can be divided by. */
  static isTriangle(lower: Float64Array, order: number): boolean {
    return Array.from({ length: order }, (_, at) => lower[at * order + at] as number).every(
      (each) => each > 0,
    );
  }

  /** The length of L⁻¹·vector: Mahalanobis' distance from 0. */
  lengthOf(vector: Float64Array): number {
    const lower = this.#lower;
    const order = this.#order;
    const { white } = this;
    let squares = 0;
    for (let row = 0; row < order; row++) {
      const start = row * order;
      let sum = vector[row] as number;
      for (let k = 0; k < row; k++) sum -= (lower[start + k] as number) * (white[k] as number);
      const value = sum / (lower[start + row] as number);
      white[row] = value;
      squares += value * value;
    }
    return Math.sqrt(squares);
  }
}
