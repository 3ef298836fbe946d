import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { guarded } from './fault.ts';

interface Waiting {
  position: number;
  readonly give: () => void;
}

/**
 * Answers to one client that promise something: they are given once it is where it outlives the process, and in the
 * order in which they came about (3.1.1: [MQTT-4.6.0-2] [MQTT-4.6.0-3] [MQTT-4.6.0-4]).
 */
export class Answers {
  readonly #core: Core;
  readonly #connection: Connection;
  #waiting: Waiting[] = [];
  #head = 0;

  constructor(core: Core, connection: Connection) {
    this.#core = core;
    this.#connection = connection;
  }

  get areWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Whether an answer can be given at once: nothing of what came about since `accepted` (of the store) is on its way
   * to the disk, and no other answer waits.
   */
  mayGo(accepted: number): boolean {
    const { store } = this.#core;
    return this.#waiting.length === 0 && (store.accepted === accepted || store.durable === store.accepted);
  }

  /** Gives an answer, now or when its time has come; never if the connection ends before. */
  give(accepted: number, give: () => void): void {
    if (this.mayGo(accepted)) {
      give();
      return;
    }
    if (this.#waiting.length === 0) this.#core.answering.add(this);
    this.#waiting.push({ position: this.#core.store.accepted, give });
  }

  /** Like {@link give}, for what rests on everything that was handed over so far. */
  giveAfterAll(give: () => void): void {
    this.give(-1, give);
  }

  /**
   * Keeps the place of an answer that rests on more than was handed over so far; what comes about meanwhile waits behind
   * it. @returns what is to be called once it is all handed over
   */
  reserve(give: () => void): () => void {
    if (this.#waiting.length === 0) this.#core.answering.add(this);
    const waiting: Waiting = { position: Number.POSITIVE_INFINITY, give };
    this.#waiting.push(waiting);
    return () => {
      waiting.position = this.#core.store.accepted;
      this.release();
    };
  }

  /** More is on the disk. */
  release(): void {
    const { durable } = this.#core.store;
    while (this.#head < this.#waiting.length) {
      const { position, give } = this.#waiting[this.#head] as Waiting;
      if (position > durable) {
        this.#waiting.splice(0, this.#head);
        this.#head = 0;
        return;
      }
      this.#head++;
      if (this.#connection.isOpen) guarded(this.#connection, give);
    }
    this.drop();
  }

  /** The connection is over. */
  drop(): void {
    this.#waiting = [];
    this.#head = 0;
    this.#core.answering.delete(this);
  }
}
