import { type Clock, KitenError } from '@kiten/codec';
import type { Ledger } from '@kiten/ledger';
import type { RecordedEvent } from '@kiten/trust';
import type { Logger } from 'pino';
import { readEntry } from '../site/log-entries.ts';
import type { Database } from '../store/database.ts';
import { cursorOf, putCursor } from '../store/event-cursors.ts';
import type { Sink } from './sink.ts';

/** How a receiver gets on. */
export interface SinkStatus {
  readonly name: string;
  readonly url: string;
  readonly format: string;
  /** Entries of the log that it has not been asked about yet. */
  readonly behind: number;
  readonly delivered: number;
  /** When it last took an event. */
  readonly deliveredAt?: number;
  /** Why it does not take the next one, and when it is asked again. */
  readonly problem?: { readonly code: string; readonly message: string; readonly retryAt: number };
}

export interface ForwarderParts {
  readonly ledger: Pick<Ledger, 'read' | 'size'>;
  readonly database: Database;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Ids of the site's own keys, hexadecimal. */
  readonly ownKeys: ReadonlySet<string>;
}

const shortestPause = 1_000;
const longestPause = 300_000;
const page = 256;

/**
 * Brings the events of the log to one receiver, in their order, each at least once. The log is the queue: nothing waits
 * in memory, a crash loses nothing, and however long a receiver is away, its place is one number in the store.
 */
export class Forwarder {
  readonly #sink: Sink;
  readonly #parts: ForwarderParts;
  #next: number;
  #delivered = 0;
  #deliveredAt: number | undefined;
  #problem: SinkStatus['problem'];
  #pause = shortestPause;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;

  private constructor(sink: Sink, parts: ForwarderParts, next: number) {
    this.#sink = sink;
    this.#parts = parts;
    this.#next = next;
  }

  /** A receiver that is new hears of what happens from now on. */
  static async open(sink: Sink, parts: ForwarderParts): Promise<Forwarder> {
    const { database, ledger } = parts;
    const { name } = sink.settings;
    const known = await cursorOf(database, name);
    if (known === undefined) await putCursor(database, name, ledger.size);
    // A log that was set back has fewer entries than were delivered.
    return new Forwarder(sink, parts, Math.min(known ?? ledger.size, ledger.size));
  }

  get status(): SinkStatus {
    const { name, url, format } = this.#sink.settings;
    return {
      name,
      url,
      format,
      behind: this.#parts.ledger.size - this.#next,
      delivered: this.#delivered,
      ...(this.#deliveredAt === undefined ? {} : { deliveredAt: this.#deliveredAt }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    };
  }

  /** There may be something new in the log. */
  wake(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (!this.#isClosed && this.#timer === undefined && this.#next < this.#parts.ledger.size) this.wake();
    });
  }

  /** Sends one that is not in the log, to see whether it arrives. @throws KitenError `kiten/sink-…` */
  test(event: RecordedEvent): Promise<void> {
    return this.#sink.deliver(event, this.#parts.ledger.size);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
    this.#sink.close();
  }

  async #run(): Promise<void> {
    const { ledger, database, ownKeys } = this.#parts;
    const { name, types } = this.#sink.settings;
    try {
      while (!this.#isClosed && this.#next < ledger.size) {
        const to = Math.min(this.#next + page, ledger.size);
        for await (const { index, entry } of ledger.read(this.#next, to)) {
          if (this.#isClosed) break;
          const event = readEntry(entry, ownKeys);
          if (isWanted(event.type, types)) await this.#deliver(event, index);
          this.#next = index + 1;
        }
        await putCursor(database, name, this.#next);
      }
    } catch (error) {
      await putCursor(database, name, this.#next).catch(() => undefined);
      this.#troubled(error);
    }
  }

  async #deliver(event: RecordedEvent, index: number): Promise<void> {
    await this.#sink.deliver(event, index);
    this.#delivered += 1;
    this.#deliveredAt = this.#parts.clock.now();
    this.#problem = undefined;
    this.#pause = shortestPause;
  }

  #troubled(error: unknown): void {
    const { logger, clock } = this.#parts;
    const { code, message } =
      error instanceof KitenError ? error : { code: 'kiten/internal', message: String(error) };
    if (this.#problem?.code !== code) logger.warn({ sink: this.#sink.settings.name, code }, message);
    this.#problem = { code, message, retryAt: clock.now() + this.#pause };
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.wake();
    }, this.#pause);
    this.#pause = Math.min(this.#pause * 2, longestPause);
  }
}

/** `*` is everything; `device/*` all that is said of devices. Writers' checkpoints are nobody's event. */
function isWanted(type: string, wanted: readonly string[]): boolean {
  if (type === 'writer/checkpoint') return false;
  return wanted.some(
    (one) => one === '*' || one === type || (one.endsWith('/*') && type.startsWith(one.slice(0, -1))),
  );
}
