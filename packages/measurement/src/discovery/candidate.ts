import type { PayloadForm } from '../streams/declaration.ts';
import type { PayloadShape } from './payload-shape.ts';

/** What a number in a message is like, over the messages that were looked at. */
interface Tally {
  seen: number;
  last: number;
  isWhole: boolean;
  isRising: boolean;
  stepsOfOne: number;
  /** How often it was the time of the message, in seconds or in milliseconds. */
  seconds: number;
  milliseconds: number;
}

const mostGaps = 32;
const mostFields = 64;
const day = 86_400;
/** Messages apart by so much were not looked at one after the other, in milliseconds. */
const apart = 20_000;

/** What one device publishes to one topic, and that may be readings. */
export class Candidate {
  readonly device: string;
  readonly topic: string;
  readonly form: PayloadForm;
  readonly #tallies = new Map<string, Tally>();
  #gaps: number[] = [];
  messages = 0;
  rows = 0;
  readonly firstAt: number;
  lastAt: number;

  constructor(device: string, topic: string, form: PayloadForm, at: number) {
    this.device = device;
    this.topic = topic;
    this.form = form;
    this.firstAt = at;
    this.lastAt = at;
  }

  take({ values, rows }: PayloadShape, at: number): void {
    const gap = at - this.lastAt;
    if (this.messages > 0 && gap >= 0) this.#gaps = [...this.#gaps, gap].slice(-mostGaps);
    this.messages++;
    this.rows += rows;
    this.lastAt = at;
    for (const [field, value] of values) this.#tally(field, value, at);
  }

  /** Seconds between two messages; `undefined` if there was only one. */
  get everySeconds(): number | undefined {
    if (this.#gaps.length === 0) return undefined;
    const near = this.#gaps.filter((gap) => gap < apart).sort((one, other) => one - other);
    // Between looks, nobody knows what came.
    const gap = near[Math.floor(near.length / 2)] ?? Math.min(...this.#gaps);
    return Math.max(1, Math.round(gap)) / 1000;
  }

  /** Those that are in nearly every message, but for counts and times. */
  get channels(): readonly string[] {
    return this.#usual(([, tally]) => !this.#isCount(tally) && !this.#isTime(tally, 'any'));
  }

  /** Where a number grows by one each time, and where the time stands in seconds: with both, freshness can be judged. */
  get marks(): { readonly sequence: string; readonly time: string } | undefined {
    if (this.form !== 'json') return undefined;
    const [sequence] = this.#usual(([, tally]) => this.#isCount(tally));
    const [time] = this.#usual(([, tally]) => this.#isTime(tally, 'seconds'));
    return sequence === undefined || time === undefined ? undefined : { sequence, time };
  }

  #usual(is: (entry: [string, Tally]) => boolean): readonly string[] {
    return [...this.#tallies]
      .filter((entry) => entry[1].seen >= 0.9 * this.messages && is(entry))
      .map(([field]) => field);
  }

  #isCount({ isWhole, isRising, stepsOfOne }: Tally): boolean {
    return isWhole && isRising && stepsOfOne >= 3 && 2 * stepsOfOne >= this.messages - 1;
  }

  #isTime({ seen, seconds, milliseconds }: Tally, unit: 'any' | 'seconds'): boolean {
    return seen === seconds || (unit === 'any' && seen === milliseconds);
  }

  #tally(field: string, value: number, at: number): void {
    const known = this.#tallies.get(field);
    const isIn = (time: number) => Math.abs(time - at / 1000) < day;
    if (known === undefined) {
      if (this.#tallies.size === mostFields) return;
      this.#tallies.set(field, {
        ...{ seen: 1, last: value, isWhole: Number.isSafeInteger(value), isRising: true, stepsOfOne: 0 },
        ...{ seconds: isIn(value) ? 1 : 0, milliseconds: isIn(value / 1000) ? 1 : 0 },
      });
      return;
    }
    known.seen++;
    known.isWhole &&= Number.isSafeInteger(value);
    known.isRising &&= value > known.last;
    if (value - known.last === 1) known.stepsOfOne++;
    if (isIn(value)) known.seconds++;
    if (isIn(value / 1000)) known.milliseconds++;
    known.last = value;
  }
}
