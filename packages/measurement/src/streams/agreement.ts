/** Rows that say that sensors go together. */
export const settled = 20;
/** Milliseconds after which it is said again that a stream goes with others: soon after an alarm, later less and less often. */
const [soon, again] = [60_000, 3 * 3_600_000];

/** Rows running that spoke for something, and when the first of them was. */
interface Calm {
  rows: number;
  since: number;
}

/** Of one stream, with the places of its sensors in a row; and when it is said next that it goes with the others. */
interface Agreeing extends Calm {
  readonly stream: string;
  readonly from: number;
  readonly to: number;
  sayAt: number;
  pause: number;
}

/** What is said of a stream that goes together with others. */
export interface Agreed {
  readonly stream: string;
  readonly since: number;
  readonly count: number;
}

/**
 * How long sensors have gone together, all of them and those of each stream. Who says nothing, or nothing that counts, agrees
 * with nobody: what is missing speaks for nothing. Times in milliseconds.
 */
export class Agreement {
  readonly #all: Calm = { rows: 0, since: 0 };
  readonly #streams: readonly Agreeing[];

  constructor(streams: readonly { readonly stream: string; readonly channels: readonly string[] }[]) {
    let from = 0;
    this.#streams = streams.map(({ stream, channels }) => {
      const place = { from, to: from + channels.length };
      from = place.to;
      return { stream, ...place, rows: 0, since: 0, ...unsaid };
    });
  }

  /** Since when, if that is for long enough. */
  get since(): number | undefined {
    return this.#all.rows >= settled ? this.#all.since : undefined;
  }

  /** A row in which sensors contradict each other. */
  broken(): void {
    for (const each of [this.#all, ...this.#streams]) each.rows = 0;
  }

  /**
   * A row in which those sensors that are there go together; NaN is missing.
   *
   * @param isWhole whether whoever is suspected is there: by saying nothing, nobody goes together with others
   */
  push(at: number, row: Float64Array, isWhole: boolean): void {
    if (isWhole) count(this.#all, at);
    for (const stream of this.#streams) {
      if (!row.subarray(stream.from, stream.to).some(Number.isNaN)) count(stream, at);
      // It comes back as somebody of whom nothing was said.
      else Object.assign(stream, { rows: 0, ...unsaid });
    }
  }

  /** An alarm is over: what holds is said, and again soon. */
  begin(at: number): void {
    for (const stream of this.#streams) Object.assign(stream, { sayAt: at, pause: soon });
  }

  /** Somebody cleared what spoke against a stream: what holds is said with the next row. */
  restate(): void {
    for (const stream of this.#streams) stream.sayAt = Number.NEGATIVE_INFINITY;
  }

  /** What is to be said now. */
  due(at: number): readonly Agreed[] {
    return this.#streams.flatMap((each) => {
      if (each.rows < settled || at < each.sayAt) return [];
      each.sayAt = at + each.pause;
      each.pause = Math.min(again, 2 * each.pause);
      return [{ stream: each.stream, since: each.since, count: each.rows }];
    });
  }
}

const unsaid = { sayAt: Number.NEGATIVE_INFINITY, pause: soon };

function count(calm: Calm, at: number): void {
  if (calm.rows++ === 0) calm.since = at;
}
