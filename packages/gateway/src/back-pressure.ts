import { Connection } from './connection.ts';
import type { Core } from './core.ts';

/** Milliseconds for which a device that did not catch up in time slows nobody down. */
const barredFor = 60_000;

/** The way to another worker, which always catches up. */
interface Lagging {
  readonly output: { readonly isLagging: boolean };
}

/** A connection that is not read from. */
interface Held {
  /** The connection that lags behind; the store, if there is none. */
  readonly cause: Connection | Lagging | undefined;
  readonly timer: NodeJS.Timeout | undefined;
}

/**
 * Keeps those who publish from sending more than can be passed on: they are not read from for a while. For the store
 * that is as long as it lags. For a receiver it is bounded: one that does not catch up within the limit
 * `backPressure` is given up on for a minute, and messages to it are dropped or queued as if it had never been waited
 * for, so that one bad receiver cannot stop the others.
 */
export class BackPressure {
  readonly #core: Core;
  readonly #held = new Map<Connection, Held>();
  /** Those for whom nobody is held up, until when: devices, and connections where there is but one device. */
  readonly #barred = new WeakMap<object, number>();
  #cause: Connection | undefined;
  #link: Lagging | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Connections that are not read from at the moment. */
  get size(): number {
    return this.#held.size;
  }

  /** A message went to a receiver that lags behind. */
  note(receiver: Connection): void {
    if ((this.#barred.get(this.#culprit(receiver)) ?? 0) <= this.#core.now) this.#cause = receiver;
  }

  /** A message went to another worker that lags behind. */
  noteLink(link: Lagging): void {
    this.#link = link;
  }

  /** What follows is said by another connection. */
  begin(): void {
    this.#cause = undefined;
    this.#link = undefined;
  }

  /** A chunk of a connection has been handled: it is held, if what it said calls for it. */
  settle(connection: Connection): void {
    const cause = this.#cause;
    const link = this.#link;
    this.#cause = undefined;
    this.#link = undefined;
    if (!connection.isOpen || this.#held.has(connection)) return;
    if (this.#core.store.isLagging && connection.answers.areWaiting) this.#hold(connection, undefined);
    else if (link?.output.isLagging === true) this.#hold(connection, link);
    // Whoever waits for itself, for its own acknowledgements say, would wait in vain.
    else if (cause !== undefined && cause !== connection && cause.isOpen) this.#hold(connection, cause);
  }

  /** A receiver has caught up, or the store. */
  relieve(cause: Connection | Lagging | undefined): void {
    if (this.#held.size === 0) return;
    for (const [connection, held] of this.#held) if (held.cause === cause) this.#release(connection, held);
  }

  /** A connection is over. */
  forget(connection: Connection): void {
    const held = this.#held.get(connection);
    // Its goodbye is read, if not what it says.
    if (held !== undefined) this.#release(connection, held);
    this.relieve(connection);
  }

  #hold(connection: Connection, cause: Connection | Lagging | undefined): void {
    const { backPressure } = this.#core.limits;
    const receiver = cause instanceof Connection ? cause : undefined;
    if (receiver !== undefined && backPressure === 0) return;
    const timer = receiver && setTimeout(() => this.#giveUp(receiver), backPressure);
    this.#held.set(connection, { cause, timer });
    connection.isPaused = true;
    connection.transport.pause();
  }

  #giveUp(cause: Connection): void {
    this.#barred.set(this.#culprit(cause), this.#core.observe() + barredFor);
    this.relieve(cause);
  }

  #culprit(connection: Connection): object {
    return this.#core.options.access === 'open' ? connection : connection.device;
  }

  #release(connection: Connection, { timer }: Held): void {
    clearTimeout(timer);
    this.#held.delete(connection);
    connection.isPaused = false;
    // Nobody could hear it in the meantime.
    connection.lastPacketAt = this.#core.now;
    if (!connection.isHeld) connection.transport.resume();
  }
}
