import { KitenError } from '@kiten/codec';

/** Seven times seven bits and four more are as much as a number holds exactly. */
const longest = 8;

/** A list of numbers as octets: seven bits each, the lowest first, the eighth set on all but the last (LEB128). */
export class VarintWriter {
  #octets = new Uint8Array(4096);
  #length = 0;

  /** @param value a whole number from 0 to 2^53 − 1. */
  add(value: number): void {
    if (this.#length + longest > this.#octets.length) this.#grow();
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#octets[this.#length++] = (rest % 128) | 128;
    this.#octets[this.#length++] = rest;
  }

  bytes(): Uint8Array {
    return this.#octets.subarray(0, this.#length);
  }

  #grow(): void {
    const larger = new Uint8Array(this.#octets.length * 2);
    larger.set(this.#octets);
    this.#octets = larger;
  }
}

/** Puts a number together from its octets. Each number has one form. */
export class Varint {
  #value = 0;
  #weight = 1;
  #count = 0;

  /** @returns the number, once it is whole. @throws KitenError `update/delta-malformed`. */
  take(octet: number): number | undefined {
    this.#value += (octet & 127) * this.#weight;
    this.#weight *= 128;
    this.#count += 1;
    if (octet > 127 && this.#count < longest) return undefined;
    if (octet > 127 || (octet === 0 && this.#count > 1) || !Number.isSafeInteger(this.#value)) {
      throw new KitenError('update/delta-malformed', 'A number in the delta has another form than its own.');
    }
    return this.#value;
  }
}

/** Reads a list of numbers. */
export class VarintReader {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#octets.length;
  }

  /** @throws KitenError `update/delta-malformed`. */
  next(): number {
    const first = this.#octets[this.#at];
    // Most are of one octet.
    if (first !== undefined && first < 128) {
      this.#at += 1;
      return first;
    }
    const number = new Varint();
    for (; this.#at < this.#octets.length; ) {
      const value = number.take(this.#octets[this.#at]!);
      this.#at += 1;
      if (value !== undefined) return value;
    }
    throw new KitenError('update/delta-malformed', 'A list of numbers in the delta ends too early.');
  }
}

/** Signed numbers as unsigned ones: 0, −1, 1, −2 … as 0, 1, 2, 3 … */
export const folded = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
export const unfolded = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
