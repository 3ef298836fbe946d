import { select } from '@kiten/numerics';

const firstRoom = 256;
const growth = 4;

/** The highest of the values that are pushed, and in which rows they were: all of them as long as there is room. */
export class Highest {
  readonly #room: number;
  #values = new Float64Array(firstRoom);
  #rows = new Uint32Array(firstRoom);
  #count = 0;
  #all = 0;
  /** What is no higher has no place any more. */
  #floor = Number.NEGATIVE_INFINITY;

  /** @param room values that are kept at most; half as many are kept for certain */
  constructor(room: number) {
    this.#room = room;
  }

  /** How many were pushed. */
  get all(): number {
    return this.#all;
  }

  /** Those that are kept, in the order in which they came. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }

  /** The row of each that is kept. */
  get rows(): Uint32Array {
    return this.#rows.subarray(0, this.#count);
  }

  push(row: number, value: number): void {
    this.#all++;
    if (value <= this.#floor) return;
    if (this.#count === this.#values.length) this.#makeRoom();
    this.#values[this.#count] = value;
    this.#rows[this.#count++] = row;
  }

  #makeRoom(): void {
    if (this.#count < this.#room) {
      const [values, rows] = [this.values, this.rows];
      const length = Math.min(this.#room, growth * this.#count);
      this.#values = new Float64Array(length);
      this.#rows = new Uint32Array(length);
      this.#values.set(values);
      this.#rows.set(rows);
      return;
    }
    const [values, rows, all] = [this.#values, this.#rows, this.#count];
    const kept = all >> 1;
    const floor = select(values.slice(), all - kept);
    let alike = kept;
    for (const value of values) if (value > floor) alike--;
    let count = 0;
    for (let at = 0; at < all; at++) {
      const value = values[at] as number;
      if (value < floor || (value === floor && alike-- <= 0)) continue;
      values[count] = value;
      rows[count++] = rows[at] as number;
    }
    this.#count = count;
    this.#floor = floor;
  }
}
