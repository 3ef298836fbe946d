/**
 * Averages of several series over longer and longer times that follow each other, as they come: of level k over baseᵏ rows. Half
 * of the mean square of the differences between two neighbouring averages is the Allan variance of that time (Allan, Proceedings
 * of the IEEE 54(2), 1966; IEEE Std 952-1997, annex C).
 */
export class Octaves {
  /** Of each level: what the newest average of each series differs by from the one before; NaN: there was none. */
  readonly differences: readonly Float64Array[];
  readonly #base: number;
  readonly #counts: Uint32Array;
  readonly #before: readonly Float64Array[];
  readonly #averages: readonly Float64Array[];

  constructor(series: number, levels: number, base = 2) {
    const each = (value: number) =>
      Array.from({ length: levels }, () => new Float64Array(series).fill(value));
    this.#base = base;
    this.#counts = new Uint32Array(levels);
    this.differences = each(Number.NaN);
    this.#before = each(Number.NaN);
    this.#averages = each(0);
  }

  /** The next row has none before it. */
  gap(): void {
    this.#counts.fill(0);
    for (const each of this.#before) each.fill(Number.NaN);
  }

  /** How many levels, from the lowest on, have a new average and difference with this row. */
  push(row: Float64Array): number {
    const base = this.#base;
    let newest = row;
    for (let level = 0; level < this.differences.length; level++) {
      const [differences, before] = [
        this.differences[level] as Float64Array,
        this.#before[level] as Float64Array,
      ];
      const averages = this.#averages[level] as Float64Array;
      const isFirst = (this.#counts[level] as number) === 0;
      for (let at = 0; at < newest.length; at++) {
        const value = newest[at] as number;
        differences[at] = value - (before[at] as number);
        before[at] = value;
        averages[at] = (isFirst ? 0 : (averages[at] as number)) + value / base;
      }
      const count = ((this.#counts[level] as number) + 1) % base;
      this.#counts[level] = count;
      if (count > 0) return level + 1;
      newest = averages;
    }
    return this.differences.length;
  }
}
