import { type Clock, KitenError } from '@kiten/codec';
import type { RecordedEvent } from '@kiten/trust';
import type { Database } from '../store/database.ts';
import { type ExceptionRecord, openExceptions, putException, storedExceptions } from '../store/exceptions.ts';
import type { DeviceBook, DeviceRecord } from './device-book.ts';
import type { EventHub } from './event-hub.ts';
import type { Journal } from './journal.ts';
import type { Operator } from './operators.ts';

export interface ExceptionParts {
  readonly database: Database;
  readonly book: DeviceBook;
  readonly journal: Journal;
  readonly hub: EventHub;
  readonly clock: Clock;
  /** Brings a device to where things pass, under what holds for it now. */
  readonly enforce: (device: DeviceRecord, fall: boolean) => void;
}

/** What two people agreed on. */
export type Granted = Pick<
  ExceptionRecord,
  'id' | 'device' | 'group' | 'requestedBy' | 'approvedBy' | 'reason'
> & {
  readonly seconds: number;
};

const kept = 1000;

/**
 * Broken glass: for a while, what policy refuses to a device or a group passes, and is shown. It ends by itself. Revocation
 * and an operator's quarantine hold nevertheless.
 */
export class ExceptionDesk {
  readonly #parts: ExceptionParts;
  /** No earlier than any time that was seen: a clock stepped back extends nothing. */
  #latest = 0;

  private constructor(parts: ExceptionParts) {
    this.#parts = parts;
  }

  static async open(parts: ExceptionParts): Promise<ExceptionDesk> {
    const desk = new ExceptionDesk(parts);
    parts.book.setExceptions(await openExceptions(parts.database));
    await desk.expire();
    return desk;
  }

  /** The newest first. */
  all(): Promise<ExceptionRecord[]> {
    return storedExceptions(this.#parts.database, kept);
  }

  /** In force only once it is durable. */
  async grant({ seconds, ...granted }: Granted): Promise<ExceptionRecord> {
    const { book, clock } = this.#parts;
    const at = clock.now();
    const exception: ExceptionRecord = { ...granted, grantedAt: at, until: at + seconds * 1000 };
    const { requestedBy, approvedBy, reason } = granted;
    const data = { exception: granted.id, approvedBy, until: exception.until, ...about(granted) };
    await this.#keep(exception, {
      ...{ type: 'exception/granted', at, actor: `operator:${requestedBy}`, reason, data },
    });
    book.setExceptions([...book.exceptions, exception]);
    this.#apply(exception, 'in-force');
    return exception;
  }

  /** @throws KitenError `kiten/exception-unknown` unless it is in force */
  async end(id: string, operator: Operator, reason: string): Promise<ExceptionRecord> {
    const exception = this.#parts.book.exceptions.find((one) => one.id === id);
    if (exception === undefined) {
      throw new KitenError('kiten/exception-unknown', `No exception ${id.slice(0, 40)} is in force.`);
    }
    return this.#close(exception, 'ended', `operator:${operator.name}`, reason);
  }

  /** Ends those whose time is over. */
  async expire(): Promise<void> {
    this.#latest = Math.max(this.#latest, this.#parts.clock.now());
    const over = this.#parts.book.exceptions.filter(({ until }) => until <= this.#latest);
    for (const exception of over) await this.#close(exception, 'expired', 'site', 'Its time is over.');
  }

  /** It ends at once, and in the log next: that is a fall. */
  async #close(exception: ExceptionRecord, state: 'ended' | 'expired', actor: string, reason: string) {
    const { book, clock } = this.#parts;
    const at = clock.now();
    book.setExceptions(book.exceptions.filter(({ id }) => id !== exception.id));
    this.#apply(exception, state);
    const ended = { ...exception, endedAt: at, endedBy: actor, endReason: reason };
    const data = { exception: exception.id, ...about(exception) };
    await this.#keep(ended, { type: `exception/${state}`, at, actor, reason, data });
    return ended;
  }

  #keep(exception: ExceptionRecord, event: RecordedEvent): Promise<void> {
    return this.#parts.journal.commit([event], (store) => putException(store, exception));
  }

  #apply({ id, device, group }: ExceptionRecord, state: string): void {
    const { book, hub, enforce } = this.#parts;
    for (const one of book.all()) {
      if (one.id !== device && !(group !== undefined && one.groups.includes(group))) continue;
      enforce(one, state !== 'in-force');
      hub.publish('device', { device: one.id });
    }
    hub.publish('exception', { id, state });
  }
}

function about({ device, group }: Pick<ExceptionRecord, 'device' | 'group'>): Record<string, string> {
  return { ...(device === undefined ? {} : { device }), ...(group === undefined ? {} : { group }) };
}
