import { Duplex } from 'node:stream';
import type { Link } from './link.ts';

/** Bytes that may be on their way, before the other end says that it took them. */
const window = 1_048_576;
/** So many bytes are taken before that is told. */
const portion = 65_536;

/** One end of a client's connection that is carried over a link, so that another worker can serve it. */
export class CarriedStream extends Duplex {
  readonly #link: Link;
  readonly #number: number;
  readonly #closed: () => void;
  #onTheWay = 0;
  #waiting: (() => void) | undefined;
  /** Taken by whoever reads, and not told. */
  #taken = 0;
  #unread = 0;
  #hasEnded = false;

  constructor(link: Link, number: number, closed: () => void) {
    super();
    this.#link = link;
    this.#number = number;
    this.#closed = closed;
    this.on('error', () => undefined);
  }

  /** Bytes came; they are used during the call only. */
  arrived(bytes: Buffer): void {
    if (this.push(Buffer.from(bytes))) this.#tell(bytes.length);
    else this.#unread += bytes.length;
  }

  /** The other end has sent all it will. */
  ended(): void {
    this.#hasEnded = true;
    this.push(null);
  }

  /** There is no other end any more. What it has sent before it ended in order is read first. */
  gone(): void {
    if (this.#hasEnded) setImmediate(() => this.destroy());
    else this.destroy();
  }

  /** The other end has read so many bytes. */
  taken(count: number): void {
    this.#onTheWay -= count;
    if (this.#onTheWay >= window) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#onTheWay += chunk.length;
    this.#link.carried(this.#number, chunk);
    if (this.#onTheWay < window) done();
    else this.#waiting = done;
  }

  override _final(done: () => void): void {
    this.#link.control({ kind: 'carried-end', stream: this.#number });
    done();
  }

  override _read(): void {
    const unread = this.#unread;
    this.#unread = 0;
    this.#tell(unread);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
    if (!this.#link.isLost) {
      this.#link.control({ kind: 'carried-gone', stream: this.#number });
      // What makes a connection end, a fall say, is not to wait for the turn to be over.
      this.#link.output.flush();
    }
    this.#closed();
    done(error);
  }

  #tell(count: number): void {
    this.#taken += count;
    if (this.#taken < portion) return;
    this.#link.control({ kind: 'carried-taken', stream: this.#number, count: this.#taken });
    this.#taken = 0;
  }
}
