import { median } from '@kiten/numerics';

/** What kinds of things can contradict a position. Those of one family have causes in common. */
export type EvidenceFamily = 'sky' | 'radio' | 'accuracy' | 'motion' | 'height' | 'clock';

/** One check over a flight. */
export interface Evidence {
  readonly check: string;
  readonly family: EvidenceFamily;
  /** `topic.column` of what it reads. */
  readonly reads: readonly string[];
  /** Seconds, not falling. */
  readonly times: Float64Array;
  /** How much speaks against the receiver at each of these moments, in a unit of the check's own; NaN: nothing can be said. */
  readonly values: Float64Array;
  /** Where this alone would be reason enough for an alarm. */
  readonly limit: number;
}

/** Seconds that are remembered, and that the newest of what is remembered is old. */
const memory = 60;
const lag = 2;
/** Before so many values nothing is known about what is usual. */
const leastValues = 5;

/**
 * What was usual lately: the median of the last minute but its last two seconds, and without what was suspect. An attack that
 * lasts does not become usual.
 */
export class Usual {
  readonly #times: number[] = [];
  readonly #values: number[] = [];
  #found: number | undefined;
  #foundAt = Number.NEGATIVE_INFINITY;

  /** `undefined` before enough is known. It changes once a second. */
  at(time: number): number | undefined {
    if (this.#found !== undefined && time - this.#foundAt < 1) return this.#found;
    const known = this.#values.filter((_, at) => (this.#times[at] as number) <= time - lag);
    if (known.length >= leastValues) this.#found = median(known);
    this.#foundAt = time;
    return this.#found;
  }

  add(time: number, value: number): void {
    while (this.#times.length > leastValues && (this.#times[0] as number) < time - memory) {
      this.#times.shift();
      this.#values.shift();
    }
    this.#times.push(time);
    this.#values.push(value);
  }
}

/** From this share of a limit on a value is suspect. */
const suspect = 0.7;

/**
 * Compares each value with what was usual before. Unknown values say nothing.
 *
 * @param known what is usual of this vehicle, before the flight itself says
 */
export function againstUsual(
  times: Float64Array,
  column: Float64Array,
  limit: number,
  compare: (now: number, usual: number) => number,
  known?: number,
): Float64Array {
  const usual = new Usual();
  return column.map((now, row) => {
    const time = times[row] as number;
    if (Number.isNaN(now)) return Number.NaN;
    const before = usual.at(time) ?? known;
    const value = before === undefined ? Number.NaN : compare(now, before);
    if (!(value > suspect * limit)) usual.add(time, now);
    return value;
  });
}

/** The logarithm of how much more it is; 0: not more. */
export function rise(now: number, usual: number): number {
  return now > usual && usual > 0 ? Math.log(now / usual) : 0;
}
