import { quantile, sorted } from '@kiten/numerics';
import type { Frame } from '../series/frame.ts';

/** Values of one lesson; 64 MiB. What comes after is not needed. */
const mostValues = 1 << 23;

/** When a lesson is over: at a time in milliseconds since the Unix epoch, or after so many rows. */
export interface LessonEnd {
  readonly until: number;
  readonly rows?: number;
}

/** Readings that are gathered to be learned from. */
export class Lesson {
  readonly #channels: readonly string[];
  readonly until: number;
  readonly #most: number;
  #times: number[] = [];
  #values: Float64Array;
  #rows = 0;

  constructor(channels: readonly string[], { until, rows = Number.POSITIVE_INFINITY }: LessonEnd) {
    this.#channels = channels;
    this.until = until;
    this.#most = Math.min(rows, Math.floor(mostValues / channels.length));
    this.#values = new Float64Array(256 * channels.length);
  }

  get rows(): number {
    return this.#rows;
  }

  get isFull(): boolean {
    return this.#rows >= this.#most;
  }

  push(at: number, values: Float64Array): void {
    if (this.isFull) return;
    const end = (this.#rows + 1) * values.length;
    if (end > this.#values.length) {
      const larger = new Float64Array(2 * this.#values.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.set(values, end - values.length);
    this.#times.push(at / 1000);
    this.#rows++;
  }

  frame(): Frame {
    const times = Float64Array.from(this.#times);
    const steps = times
      .slice(1)
      .map((time, at) => time - (times[at] as number))
      .filter((step) => step > 0);
    return {
      channels: this.#channels,
      rows: this.#rows,
      values: this.#values.slice(0, this.#rows * this.#channels.length),
      times,
      interval: steps.length === 0 ? undefined : quantile(sorted(steps), 0.5),
      timeColumn: 'time',
      labels: new Map(),
      leftOut: [],
    };
  }
}
