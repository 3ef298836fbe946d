import type { RecentRows } from '../suspicion/running-diagnosis.ts';
import type { Excerpt } from './stream-report.ts';

const firstRows = 64;

/** Memory that the histories of all streams share, in numbers. */
export interface HistoryBudget {
  left: number;
}

/** The newest rows of a stream with how far each was from normal. It grows while there is memory. */
export class History {
  readonly #channels: number;
  readonly #budget: HistoryBudget;
  readonly #most: number;
  #times: Float64Array;
  #values: Float32Array;
  #severities: Float32Array;
  #next = 0;
  #rows = 0;

  constructor(channels: number, most: number, budget: HistoryBudget) {
    this.#channels = channels;
    this.#budget = budget;
    this.#most = most;
    const rows = Math.min(firstRows, most);
    budget.left -= rows * (channels + 3);
    this.#times = new Float64Array(rows);
    this.#values = new Float32Array(rows * channels);
    this.#severities = new Float32Array(rows);
  }

  push(at: number, values: Float64Array, severity: number): void {
    if (this.#rows === this.#times.length) this.#grow();
    const place = this.#next;
    this.#times[place] = at;
    this.#values.set(values, place * this.#channels);
    this.#severities[place] = severity;
    this.#next = (place + 1) % this.#times.length;
    this.#rows = Math.min(this.#rows + 1, this.#times.length);
  }

  /** As many as are kept, in numbers; times in seconds. */
  recent(): RecentRows {
    const [rows, width] = [this.#rows, this.#channels];
    const values = new Float64Array(rows * width);
    const times = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const place = (this.#next - rows + row + this.#times.length) % this.#times.length;
      values.set(this.#values.subarray(place * width, (place + 1) * width), row * width);
      times[row] = (this.#times[place] as number) / 1000;
    }
    return { rows, values, times };
  }

  /** The newest rows, the oldest of them first. */
  excerpt(most = Number.POSITIVE_INFINITY): Excerpt {
    const rows = Math.min(most, this.#rows);
    const places = Array.from(
      { length: rows },
      (_, at) => (this.#next - rows + at + this.#times.length) % this.#times.length,
    );
    return {
      times: places.map((place) => this.#times[place] as number),
      values: places.map((place) =>
        Array.from({ length: this.#channels }, (_, channel) =>
          short(this.#values[place * this.#channels + channel] as number),
        ),
      ),
      severities: places.map((place) => short(this.#severities[place] as number) ?? 0),
    };
  }

  /** It is not needed any more: others may have its memory. */
  end(): void {
    this.#budget.left += this.#times.length * (this.#channels + 3);
  }

  #grow(): void {
    const before = this.#times.length;
    const rows = Math.min(this.#most, 2 * before);
    const cost = (rows - before) * (this.#channels + 3);
    if (rows === before || cost > this.#budget.left) return;
    this.#budget.left -= cost;
    // Full: the oldest is where the next one would go.
    const turned = <Numbers extends Float32Array | Float64Array>(
      from: Numbers,
      into: Numbers,
      width: number,
    ) => {
      into.set(from.subarray(this.#next * width));
      into.set(from.subarray(0, this.#next * width), from.length - this.#next * width);
      return into;
    };
    this.#times = turned(this.#times, new Float64Array(rows), 1);
    this.#values = turned(this.#values, new Float32Array(rows * this.#channels), this.#channels);
    this.#severities = turned(this.#severities, new Float32Array(rows), 1);
    this.#next = before;
  }
}

/** Seven digits: what 32 bits hold. */
function short(value: number): number | null {
  return Number.isNaN(value) ? null : Number(value.toPrecision(7));
}
