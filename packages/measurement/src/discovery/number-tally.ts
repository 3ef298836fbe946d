/** What is kept of a tally: seen, whole (0 or 1), falls, steps of one, in seconds, in milliseconds. */
export type KeptTally = readonly [number, number, number, number, number, number];

const day = 86_400;
/** One that falls no more often than once in so many messages is a count that began anew. */
const rare = 20;

/** What a number in a message is like, over the messages that were looked at. None of the numbers is kept. */
export class NumberTally {
  #seen: number;
  #isWhole: boolean;
  #falls: number;
  #stepsOfOne: number;
  /** How often it was the time of the message, in seconds or in milliseconds. */
  #seconds: number;
  #milliseconds: number;
  #last: number | undefined;

  constructor([seen, whole, falls, steps, seconds, milliseconds]: KeptTally = [0, 1, 0, 0, 0, 0]) {
    this.#seen = seen;
    this.#isWhole = whole === 1;
    this.#falls = falls;
    this.#stepsOfOne = steps;
    this.#seconds = seconds;
    this.#milliseconds = milliseconds;
  }

  get kept(): KeptTally {
    const whole = this.#isWhole ? 1 : 0;
    return [this.#seen, whole, this.#falls, this.#stepsOfOne, this.#seconds, this.#milliseconds];
  }

  get seen(): number {
    return this.#seen;
  }

  /** It has never fallen, nor stood still. */
  get isRising(): boolean {
    return this.#falls === 0;
  }

  /** @param messages those in which it could have been */
  isCount(messages: number): boolean {
    if (!this.#isWhole || rare * this.#falls > messages) return false;
    return this.#stepsOfOne >= 3 && 2 * this.#stepsOfOne >= messages - 1;
  }

  isTime(unit: 'any' | 'seconds'): boolean {
    return this.#seen === this.#seconds || (unit === 'any' && this.#seen === this.#milliseconds);
  }

  /** @param at milliseconds since the Unix epoch */
  take(value: number, at: number): void {
    const isIn = (time: number): boolean => Math.abs(time - at / 1000) < day;
    this.#seen++;
    this.#isWhole &&= Number.isSafeInteger(value);
    if (this.#last !== undefined && value <= this.#last) this.#falls++;
    if (this.#last !== undefined && value - this.#last === 1) this.#stepsOfOne++;
    if (isIn(value)) this.#seconds++;
    if (isIn(value / 1000)) this.#milliseconds++;
    this.#last = value;
  }

  /** What was seen counts for half of what will be. */
  halve(): void {
    this.#seen = half(this.#seen);
    this.#falls = half(this.#falls);
    this.#stepsOfOne = half(this.#stepsOfOne);
    this.#seconds = half(this.#seconds);
    this.#milliseconds = half(this.#milliseconds);
  }
}

const half = (count: number): number => Math.floor(count / 2);
