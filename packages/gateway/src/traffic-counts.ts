import type { EmitEvent, TrafficAction, TrafficCount } from './event.ts';

const minuteLength = 60_000;

/** One line of the current minute. Held by cached decisions, so that counting is an increment. */
export interface CountRow {
  readonly device: string;
  readonly action: TrafficAction;
  readonly topic: string;
  allowed: number;
  denied: number;
  /** The minute it is enrolled in; before use, compare it with {@link TrafficCounts.minute}. */
  minute: number;
}

/**
 * What passed and what was refused, per minute, device, action and topic: enough to replay a day against a new
 * policy. Bounded: what finds no room is counted under the device `*` and the topic `#`.
 */
export class TrafficCounts {
  minute: number;
  #rows: CountRow[] = [];
  #overflow = new Map<TrafficAction, CountRow>();
  readonly #limit: number;
  readonly #emit: EmitEvent;

  constructor(limit: number, emit: EmitEvent, now: number) {
    this.#limit = limit;
    this.#emit = emit;
    this.minute = Math.floor(now / minuteLength);
  }

  /** A row that counts nothing yet and takes no room until it is used. */
  row(device: string, action: TrafficAction, topic: string): CountRow {
    return { device, action, topic, allowed: 0, denied: 0, minute: -1 };
  }

  /** The row to count in during this minute: the given one, or the one that collects the rest. */
  enrolled(row: CountRow): CountRow {
    if (row.minute === this.minute) return row;
    if (this.#rows.length >= this.#limit) return this.#overflowRow(row.action);
    row.minute = this.minute;
    row.allowed = 0;
    row.denied = 0;
    this.#rows.push(row);
    return row;
  }

  count(device: string, action: TrafficAction, topic: string, allow: boolean): void {
    const row = this.enrolled(this.row(device, action, topic));
    if (allow) row.allowed++;
    else row.denied++;
  }

  /** Tells about the minute that is over, if it is. */
  sweep(now: number): void {
    const minute = Math.floor(now / minuteLength);
    if (minute === this.minute) return;
    this.flush();
    this.minute = minute;
  }

  /** Tells what was counted so far. */
  flush(): void {
    const rows = merged([...this.#rows, ...this.#overflow.values()]);
    if (rows.length > 0) this.#emit({ kind: 'counts', minute: this.minute, rows });
    for (const row of this.#rows) row.minute = -1;
    this.#rows = [];
    this.#overflow = new Map();
  }

  #overflowRow(action: TrafficAction): CountRow {
    const row = this.#overflow.get(action) ?? { ...this.row('*', action, '#'), minute: this.minute };
    this.#overflow.set(action, row);
    return row;
  }
}

/** Several connections of a device, and several entries of its caches, have a row each. */
function merged(rows: readonly CountRow[]): TrafficCount[] {
  const found = new Map<string, { -readonly [key in keyof TrafficCount]: TrafficCount[key] }>();
  for (const { device, action, topic, allowed, denied } of rows) {
    if (allowed === 0 && denied === 0) continue;
    const key = `${device}\0${action}\0${topic}`;
    const there = found.get(key);
    if (there === undefined) found.set(key, { device, action, topic, allowed, denied });
    else {
      there.allowed += allowed;
      there.denied += denied;
    }
  }
  return [...found.values()];
}
