/** Turns vectors of a known covariance L·Lᵀ into independent values of variance 1, over and over without allocating. */
export class Whitening {
  /** L, column after column: what one value leaves of the others does not wait for the others. */
  readonly #columns: Float64Array;
  readonly #order: number;
  /** What the last vector became. */
  readonly white: Float64Array;

  /**
   * @param lower one triangle after the other, each `order` × `order`, row after row; only the triangle is read
   * @param at which of them
   */
  constructor(lower: Float64Array, order: number, at = 0) {
    const size = order * order;
    this.#columns = columnsOf(lower, order).subarray(at * size, (at + 1) * size);
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
    const columns = this.#columns;
    const order = this.#order;
    const { white } = this;
    white.set(vector);
    let squares = 0;
    for (let at = 0; at < order; at++) {
      const start = at * order;
      const value = (white[at] as number) / (columns[start + at] as number);
      white[at] = value;
      squares += value * value;
      for (let row = at + 1; row < order; row++)
        white[row] = (white[row] as number) - (columns[start + row] as number) * value;
    }
    return Math.sqrt(squares);
  }
}

const known = new WeakMap<Float64Array, Float64Array>();

/** Ten thousand streams of one model hold its columns once. */
function columnsOf(lower: Float64Array, order: number): Float64Array {
  const columns =
    known.get(lower) ??
    lower.map((_, at) => {
      const place = at % (order * order);
      return lower[at - place + (place % order) * order + Math.trunc(place / order)] as number;
    });
  known.set(lower, columns);
  return columns;
}
