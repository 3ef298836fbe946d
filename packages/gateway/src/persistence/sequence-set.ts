/**
 * A set of sequence numbers, most of which follow each other: everything below a floor, and ranges above it. Its size
 * is that of the gaps, however many numbers are in it.
 */
export class SequenceSet {
  #floor: number;
  /** Start and end (exclusive) of each range above the floor, ascending; ranges neither touch nor overlap. */
  #ranges: number[] = [];

  /** Holds all below `floor`. */
  constructor(floor = 1) {
    this.#floor = floor;
  }

  /** All below this are in it, this one is not. */
  get floor(): number {
    return this.#floor;
  }

  /** Start and end (exclusive) of what is in it above the floor, one after the other. */
  get ranges(): readonly number[] {
    return this.#ranges;
  }

  has(sequence: number): boolean {
    if (sequence < this.#floor) return true;
    return (this.#search(sequence) & 1) === 1;
  }

  /** The first number from there on that is not in it. */
  firstMissing(from: number): number {
    if (from < this.#floor) return this.#floor;
    const bound = this.#search(from);
    return (bound & 1) === 1 ? (this.#ranges[bound] as number) : from;
  }

  add(sequence: number): void {
    this.addRange(sequence, sequence + 1);
  }

  /** Adds the numbers from `start` up to but excluding `end`. */
  addRange(start: number, end: number): void {
    if (end <= this.#floor || end <= start) return;
    const ranges = this.#ranges;
    if (start <= this.#floor) {
      this.#raise(end);
      return;
    }
    if (ranges.length === 0 || start > (ranges[ranges.length - 1] as number)) {
      ranges.push(start, end);
      return;
    }
    // Bounds that lie within the new range, or touch it, go; a bound outside that they leave open is the range's own.
    const first = this.#firstAtLeast(start);
    const last = this.#firstAbove(end);
    const joined: number[] = [];
    if ((first & 1) === 0) joined.push(start);
    if ((last & 1) === 0) joined.push(end);
    ranges.splice(first, last - first, ...joined);
  }

  /** Adds everything below `end`. */
  #raise(end: number): void {
    const ranges = this.#ranges;
    this.#floor = end;
    let gone = 0;
    while (gone < ranges.length && (ranges[gone] as number) <= this.#floor) {
      this.#floor = Math.max(this.#floor, ranges[gone + 1] as number);
      gone += 2;
    }
    if (gone > 0) ranges.splice(0, gone);
  }

  /** How many bounds are at most `sequence`: an odd number means that it lies in a range. */
  #search(sequence: number): number {
    return this.#firstAbove(sequence);
  }

  #firstAbove(value: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #firstAtLeast(value: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
