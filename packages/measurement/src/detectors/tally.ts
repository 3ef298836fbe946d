const number = new Float64Array(1);
const halves = new Uint32Array(number.buffer);

/** How often each of many numbers was counted. The same memory serves again and again. */
export class Tally {
  /** Open addressing (Knuth, The Art of Computer Programming 3, §6.4); NaN: nothing is there. */
  readonly #numbers: Float64Array;
  readonly #counts: Uint32Array;
  readonly #shift: number;

  /** @param most different numbers, at most */
  constructor(most: number) {
    const bits = Math.ceil(Math.log2(2 * most + 2));
    this.#numbers = new Float64Array(2 ** bits).fill(Number.NaN);
    this.#counts = new Uint32Array(2 ** bits);
    this.#shift = 32 - bits;
  }

  /** Places are less than this. */
  get places(): number {
    return this.#numbers.length;
  }

  clear(): void {
    this.#numbers.fill(Number.NaN);
    this.#counts.fill(0);
  }

  /** @param value not NaN */
  placeOf(value: number): number {
    const numbers = this.#numbers;
    let place = hashOf(value) >>> this.#shift;
    for (;;) {
      const there = numbers[place] as number;
      if (there === value) return place;
      if (Number.isNaN(there)) break;
      place = place + 1 === numbers.length ? 0 : place + 1;
    }
    numbers[place] = value;
    return place;
  }

  /** Counts one more. @returns how many there were before */
  count(place: number): number {
    const before = this.#counts[place] as number;
    this.#counts[place] = before + 1;
    return before;
  }
}

/** Of all bits, in the upper ones. */
function hashOf(value: number): number {
  // −0 is 0.
  number[0] = value + 0;
  const mixed = Math.imul((halves[0] as number) ^ Math.imul(halves[1] as number, 0x9e3779b1), 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
}
