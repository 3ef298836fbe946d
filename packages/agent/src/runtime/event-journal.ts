import { open, readFile, rename } from 'node:fs/promises';
import { type EventStream, type RuntimeEvent, reportLimits } from '@kiten/attestation';
import { fromHex, KitenError, parseJsonStrict, toHex } from '@kiten/codec';
import { isMissing } from './device-files.ts';

/** What a source has new, and where it goes on. */
export interface SourcedEvents {
  readonly events: readonly RuntimeEvent[];
  /** How many there were besides that nobody saw. */
  readonly lost: number;
  readonly cursor: string;
}

/** Where events come from. */
export interface EventSource {
  readonly name: string;
  /** @param cursor as it gave it the last time, perhaps before the agent or the device was restarted */
  read(cursor: string | undefined): Promise<SourcedEvents>;
}

interface State {
  readonly stream: string;
  first: number;
  lost: number;
  events: RuntimeEvent[];
  cursors: Record<string, string>;
}

const maximumBytes = 32 << 20;

/** Numbers events, and keeps them on disk until the site has them: the numbering survives restarts of agent and device. */
export class EventJournal {
  readonly #file: string;
  readonly #sources: readonly EventSource[];
  readonly #state: State;
  /** A numbering that nobody kept would begin anew with the next process, and look as if events were hidden. */
  #isKept: boolean;

  private constructor(file: string, sources: readonly EventSource[], state: State, isKept: boolean) {
    this.#file = file;
    this.#sources = sources;
    this.#state = state;
    this.#isKept = isKept;
  }

  /**
   * Goes on with a journal, or begins one. What cannot be read is begun anew: the site sees that by its name.
   *
   * @param random names a new numbering
   */
  static async open(
    file: string,
    sources: readonly EventSource[],
    random: (bytes: number) => Uint8Array,
  ): Promise<EventJournal> {
    const kept = await readState(file);
    const begun: State = { stream: toHex(random(16)), first: 0, lost: 0, events: [], cursors: {} };
    return new EventJournal(file, sources, kept ?? begun, kept !== undefined);
  }

  /** Takes in what the sources have, durably before it is shown to anybody. */
  async update(): Promise<void> {
    const state = this.#state;
    let isChanged = !this.#isKept;
    for (const source of this.#sources) {
      const { events, lost, cursor } = await source.read(state.cursors[source.name]);
      isChanged ||= events.length > 0 || lost > 0 || cursor !== state.cursors[source.name];
      state.events.push(...events.map(bounded));
      state.lost += lost;
      state.cursors[source.name] = cursor;
    }
    const surplus = state.events.length - reportLimits.events;
    if (surplus > 0) this.#drop(surplus);
    if (isChanged) await this.#write();
  }

  /** The events from a number on. What lies before is known to whoever asks, and forgotten here. */
  from(number: number): EventStream {
    const known = Math.min(number - this.#state.first, this.#state.events.length);
    if (known > 0) this.#drop(known);
    const { stream, first, lost, events } = this.#state;
    return { stream: fromHex(stream), first, lost, events: [...events] };
  }

  #drop(count: number): void {
    this.#state.events.splice(0, count);
    this.#state.first += count;
  }

  /** As a whole or not at all. */
  async #write(): Promise<void> {
    const written = `${this.#file}.new`;
    const file = await open(written, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(this.#state));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(written, this.#file);
    this.#isKept = true;
  }
}

const bounded = ({ at, kind, process, detail }: RuntimeEvent): RuntimeEvent => ({
  at: Math.max(0, Math.trunc(at)),
  kind,
  process: process.slice(0, 1024),
  detail: detail.slice(0, 1024),
});

async function readState(file: string): Promise<State | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const value = parseJsonStrict(bytes.toString('utf8'), { maxBytes: maximumBytes });
    return isState(value) ? value : undefined;
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

function isState(value: unknown): value is State {
  if (typeof value !== 'object' || value === null) return false;
  const { stream, first, lost, events, cursors } = value as Partial<Record<keyof State, unknown>>;
  return (
    typeof stream === 'string' &&
    /^[0-9a-f]{32}$/.test(stream) &&
    isCount(first) &&
    isCount(lost) &&
    Array.isArray(events) &&
    events.every(isEvent) &&
    typeof cursors === 'object' &&
    cursors !== null &&
    Object.values(cursors).every((cursor) => typeof cursor === 'string')
  );
}

function isEvent(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { at, kind, process, detail } = value as Partial<Record<keyof RuntimeEvent, unknown>>;
  return isCount(at) && [kind, process, detail].every((text) => typeof text === 'string');
}

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
