/** Something that keeps happening: told at once the first time, then as a number once an interval. */
export class Repeat<Subject> {
  readonly subject: Subject;
  /** How often it happened since it was told. */
  pending = 0;
  lastAt: number;
  toldAt: number;
  /** No longer in the table: ask for it again. */
  retired = false;

  constructor(subject: Subject, now: number) {
    this.subject = subject;
    this.lastAt = now;
    this.toldAt = now;
  }
}

/**
 * Holds a flood of equal things down to one report an interval. The table is bounded; what finds no room is the
 * caller's to merge under a coarser key.
 */
export class RepeatLimiter<Subject> {
  readonly #interval: number;
  readonly #limit: number;
  readonly #table = new Map<string, Repeat<Subject>>();
  readonly #tell: (subject: Subject, at: number, repeated: number) => void;
  readonly #retired: (subject: Subject) => void;

  constructor(options: {
    interval: number;
    limit: number;
    tell: (subject: Subject, at: number, repeated: number) => void;
    retired?: (subject: Subject) => void;
  }) {
    this.#interval = options.interval;
    this.#limit = options.limit;
    this.#tell = options.tell;
    this.#retired = options.retired ?? (() => undefined);
  }

  get isFull(): boolean {
    return this.#table.size >= this.#limit;
  }

  get(key: string): Repeat<Subject> | undefined {
    return this.#table.get(key);
  }

  /** It happened `times` times, and tells so at once if it is new. */
  note(key: string, subject: Subject, now: number, times = 1): Repeat<Subject> {
    let repeat = this.#table.get(key);
    if (repeat === undefined) {
      repeat = new Repeat(subject, now);
      this.#table.set(key, repeat);
      this.#tell(subject, now, 1);
      times--;
    }
    repeat.pending += times;
    repeat.lastAt = now;
    return repeat;
  }

  /** Tells what has waited for an interval, and forgets what has not happened again. */
  sweep(now: number): void {
    for (const [key, repeat] of this.#table) {
      if (now - repeat.toldAt < this.#interval) continue;
      if (repeat.pending > 0) this.#flush(repeat, now);
      else this.#retire(key, repeat);
    }
  }

  /** Tells everything that was not told. */
  flush(now: number): void {
    for (const [key, repeat] of this.#table) {
      if (repeat.pending > 0) this.#flush(repeat, now);
      this.#retire(key, repeat);
    }
  }

  #flush(repeat: Repeat<Subject>, now: number): void {
    this.#tell(repeat.subject, repeat.lastAt, repeat.pending);
    repeat.pending = 0;
    repeat.toldAt = now;
  }

  #retire(key: string, repeat: Repeat<Subject>): void {
    this.#table.delete(key);
    repeat.retired = true;
    this.#retired(repeat.subject);
  }
}
