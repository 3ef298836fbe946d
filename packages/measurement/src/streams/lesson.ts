import { quantile, sorted } from '@kiten/numerics';
import type { Frame } from '../series/frame.ts';

/** Numbers of one lesson; 64 MiB. What comes after is not needed. */
const mostNumbers = 1 << 23;
const firstRows = 256;

/** When a lesson is over: at a time in milliseconds since the Unix epoch, or after so many rows. */
export interface LessonEnd {
  readonly until: number;
  readonly rows?: number;
  /** Of what was gathered before: what each channel is measured in; '' where nobody said. */
  readonly units?: readonly string[];
}

/** Memory that all lessons share, in numbers. */
export interface LessonBudget {
  left: number;
}

/** Readings that are gathered to be learned from. */
export class Lesson {
  readonly channels: readonly string[];
  readonly until: number;
  readonly #most: number;
  readonly #budget: LessonBudget;
  /** Row after row its time in seconds and a value a channel. */
  #numbers = new Float64Array(0);
  #rows = 0;
  #saved = 0;
  #isCut = false;

  constructor(
    channels: readonly string[],
    { until, rows = Number.POSITIVE_INFINITY }: LessonEnd,
    budget: LessonBudget,
  ) {
    this.channels = channels;
    this.until = until;
    this.#most = Math.min(rows, Math.floor(mostNumbers / this.width));
    this.#budget = budget;
  }

  /** Numbers of a row. */
  get width(): number {
    return this.channels.length + 1;
  }

  get rows(): number {
    return this.#rows;
  }

  get isFull(): boolean {
    return this.#isCut || this.#rows >= this.#most;
  }

  /** It is over early, because lessons have no more memory. */
  get isCut(): boolean {
    return this.#isCut;
  }

  push(at: number, values: Float64Array): void {
    if (this.isFull || !this.#reserve(this.#rows + 1)) return;
    const start = this.#rows++ * this.width;
    this.#numbers[start] = at / 1000;
    this.#numbers.set(values, start + 1);
  }

  /** Rows from before, as `unsaved` gave them out. */
  resume(numbers: Float64Array): void {
    const rows = Math.min(Math.floor(numbers.length / this.width), this.#most);
    if (!this.#reserve(rows)) return;
    this.#numbers.set(numbers.subarray(0, rows * this.width));
    this.#rows = rows;
    this.#saved = rows;
  }

  get unsavedRows(): number {
    return this.#rows - this.#saved;
  }

  /** What came since it was asked last: row after row its time in seconds and a value a channel. */
  unsaved(): Float64Array {
    const from = this.#saved;
    this.#saved = this.#rows;
    return this.#numbers.slice(from * this.width, this.#rows * this.width);
  }

  /** Gives back its memory. */
  end(): void {
    this.#budget.left += this.#numbers.length;
    this.#numbers = new Float64Array(0);
    this.#rows = 0;
  }

  frame(): Frame {
    const width = this.width;
    const channels = this.channels.length;
    const times = new Float64Array(this.#rows);
    const values = new Float64Array(this.#rows * channels);
    for (let row = 0; row < this.#rows; row++) {
      times[row] = this.#numbers[row * width] as number;
      values.set(this.#numbers.subarray(row * width + 1, (row + 1) * width), row * channels);
    }
    const steps = times
      .slice(1)
      .map((time, at) => time - (times[at] as number))
      .filter((step) => step > 0);
    return {
      channels: this.channels,
      rows: this.#rows,
      values,
      times,
      interval: steps.length === 0 ? undefined : quantile(sorted(steps), 0.5),
      timeColumn: 'time',
      labels: new Map(),
      leftOut: [],
    };
  }

  /** @returns whether there is memory for so many rows */
  #reserve(rows: number): boolean {
    const before = this.#numbers.length;
    if (rows * this.width <= before) return true;
    const wanted = Math.max(rows, Math.min(this.#most, Math.max(firstRows, 2 * this.#rows)));
    const more = wanted * this.width - before;
    this.#isCut = more > this.#budget.left;
    if (this.#isCut) return false;
    this.#budget.left -= more;
    const larger = new Float64Array(wanted * this.width);
    larger.set(this.#numbers);
    this.#numbers = larger;
    return true;
  }
}
