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
  /** Something good may be said of it now; and the time of the newest row that it was said of, if it was by this one. */
  isSaid: boolean;
  saidAt: number | undefined;
}

/** What is said of a stream that goes together with others. */
export interface Agreed {
  readonly stream: string;
  readonly since: number;
  readonly count: number;
}

/** Of a stream it is no longer said that it goes together with others. */
export interface Withdrawn {
  readonly stream: string;
  /** `undefined`: by whoever judged before. */
  readonly at: number | undefined;
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
      return { stream, ...place, rows: 0, since: 0, ...unsaid, ...unheard };
    });
  }

  /** Since when, if that is for long enough. */
  get since(): number | undefined {
    return this.#all.rows >= settled ? this.#all.since : undefined;
  }

  /** Something good may be said of a stream now. */
  get isSaid(): boolean {
    return this.#streams.some(({ isSaid }) => isSaid);
  }

  /** Whoever judged before may have said it of any of them. */
  resume(): void {
    for (const stream of this.#streams) stream.isSaid = true;
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

  /** What holds is said with the next row, and again soon: somebody cleared what spoke against a stream, or withdrew what was said. */
  restate(): void {
    for (const stream of this.#streams) Object.assign(stream, unsaid);
  }

  /**
   * What was said holds no longer of those that are not compared.
   *
   * @param isCompared whether all sensors of a stream are, from one place in a row to before another
   * @returns of which it was said, and the time of the newest row that it was said of
   */
  withdraw(isCompared: (stream: string, from: number, to: number) => boolean): readonly Withdrawn[] {
    return this.#streams.flatMap((each) => {
      const { stream, from, to, isSaid, saidAt } = each;
      if (!isSaid || isCompared(stream, from, to)) return [];
      Object.assign(each, { rows: 0, ...unsaid, ...unheard });
      return [{ stream, at: saidAt }];
    });
  }

  /** What is to be said now. */
  due(at: number): readonly Agreed[] {
    return this.#streams.flatMap((each) => {
      if (each.rows < settled || at < each.sayAt) return [];
      each.sayAt = at + each.pause;
      [each.isSaid, each.saidAt] = [true, at];
      each.pause = Math.min(again, 2 * each.pause);
      return [{ stream: each.stream, since: each.since, count: each.rows }];
    });
  }
}

const unheard = { isSaid: false, saidAt: undefined };
const unsaid = { sayAt: Number.NEGATIVE_INFINITY, pause: soon };

function count(calm: Calm, at: number): void {
  if (calm.rows++ === 0) calm.since = at;
}
