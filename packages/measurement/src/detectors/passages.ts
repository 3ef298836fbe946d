/** The nearest of all earlier passages of a series to the last one. */
export interface Nearest {
  /** Pearson's correlation of the two, −1 to 1; the z-normalised distance of w rows is √(2w·(1 − correlation)). */
  readonly correlation: number;
  /** Rows between the two; 0: there was none to compare with. */
  readonly lag: number;
  /**
   * The deviation that is left between them, in units of the series, when each is moved and stretched to the other:
   * √((1 − correlation)·σ·σ′).
   */
  readonly left: number;
}

/** Lags whose sums are taken anew with each value, one after the other, so that rounding errors never grow. */
const renewedPerValue = 4;

/**
 * The left matrix profile of a series as it comes, over a bounded history: for each value, the nearest of all passages that ended
 * before the last one began. Products of passages are kept by their lag and carried on from value to value (STAMPI: Yeh et al.,
 * Matrix Profile I, ICDM 2016, §III.G; STOMP: Zhu et al., Matrix Profile II, ICDM 2016): O(history) a value, however long a passage
 * is. Before the first value there are zeros, which have no shape.
 */
export class Passages {
  readonly #window: number;
  readonly #history: number;
  readonly #least: number;
  readonly #values: Float64Array;
  /** Of the passage that ends with each value: its sum / √window. */
  readonly #sums: Float64Array;
  /** 1 / (√window · deviation) of that passage; 0: it has no shape. */
  readonly #inverses: Float64Array;
  /** By lag: Σ value · value so many rows before, over the last passage. */
  readonly #products: Float64Array;
  #end: number;
  #count = 0;
  #renewed: number;

  /**
   * @param window rows of a passage
   * @param history rows that the nearest is looked for in, more than two passages
   * @param least deviation of a passage that has a shape, above 0
   */
  constructor(window: number, history: number, least: number) {
    this.#window = window;
    this.#history = history;
    this.#least = least;
    const room = history + Math.max(window, history >> 2);
    this.#values = new Float64Array(room);
    this.#sums = new Float64Array(room);
    this.#inverses = new Float64Array(room);
    this.#products = new Float64Array(history - window + 1);
    this.#end = history;
    this.#renewed = window;
  }

  /** Values that came before; more than the history are forgotten. */
  fill(values: Float64Array): void {
    for (const value of values.subarray(Math.max(0, values.length - this.#history))) this.#append(value);
    for (let lag = this.#window; lag < this.#products.length; lag++) this.#renew(lag);
  }

  /** `undefined`: the last passage is not whole, or has no shape. */
  push(value: number): Nearest | undefined {
    const window = this.#window;
    const leaving = this.#values[this.#end - window] as number;
    this.#append(value);
    const [values, sums, inverses, products] = [this.#values, this.#sums, this.#inverses, this.#products];
    const end = this.#end - 1;
    const sum = sums[end] as number;
    let [most, lag] = [Number.NEGATIVE_INFINITY, 0];
    const reach = Math.min(products.length, this.#count);
    for (let back = window; back < reach; back++) {
      const at = end - back;
      const product =
        (products[back] as number) +
        value * (values[at] as number) -
        leaving * (values[at - window] as number);
      products[back] = product;
      const likeness = (product - sum * (sums[at] as number)) * (inverses[at] as number);
      if (likeness > most) {
        most = likeness;
        lag = back;
      }
    }
    for (let at = 0; at < renewedPerValue; at++) {
      this.#renew(this.#renewed);
      this.#renewed = this.#renewed + 1 < products.length ? this.#renewed + 1 : window;
    }
    const inverse = inverses[end] as number;
    if (inverse === 0) return undefined;
    const other = inverses[end - lag] as number;
    if (other === 0) return { correlation: 0, lag: 0, left: 1 / (inverse * Math.sqrt(window)) };
    const correlation = Math.max(-1, Math.min(1, most * inverse));
    return { correlation, lag, left: Math.sqrt((1 - correlation) / (window * inverse * other)) };
  }

  #append(value: number): void {
    if (this.#end === this.#values.length) {
      for (const each of [this.#values, this.#sums, this.#inverses])
        each.copyWithin(0, this.#end - this.#history, this.#end);
      this.#end = this.#history;
    }
    const end = this.#end++;
    const [window, values] = [this.#window, this.#values];
    values[end] = value;
    let sum = 0;
    for (let at = end - window + 1; at <= end; at++) sum += values[at] as number;
    const mean = sum / window;
    let squares = 0;
    for (let at = end - window + 1; at <= end; at++) squares += ((values[at] as number) - mean) ** 2;
    this.#sums[end] = sum / Math.sqrt(window);
    const hasShape = ++this.#count >= window && squares >= window * this.#least ** 2;
    this.#inverses[end] = hasShape ? 1 / Math.sqrt(squares) : 0;
  }

  #renew(lag: number): void {
    const values = this.#values;
    const end = this.#end - 1;
    let product = 0;
    for (let at = end; at > end - this.#window; at--)
      product += (values[at] as number) * (values[at - lag] as number);
    this.#products[lag] = product;
  }
}
