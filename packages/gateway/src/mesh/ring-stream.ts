import { Duplex } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { Ring, ringBytes } from './ring.ts';

/** Bytes that are read in one turn of the loop at most, so that others have theirs. */
const turn = 1_048_576;

type Signal = 'look' | 'end';

/**
 * A stream of bytes between two threads by way of memory that they share. The port only wakes the other side up, and
 * only when it sleeps: a message a write would cost more than what is written. What `data` brings may be looked at within
 * the event only; whoever listens takes it as it comes.
 */
export class RingStream extends Duplex {
  readonly #port: MessagePort;
  readonly #out: Ring;
  readonly #in: Ring;
  /** What did not fit yet, and how much of it did. */
  #unwritten: { readonly chunk: Buffer; from: number; readonly done: () => void } | undefined;
  readonly #buffer = Buffer.allocUnsafeSlow(ringBytes);
  #isScheduled = false;
  #hasEnded = false;

  constructor(port: MessagePort, out: SharedArrayBuffer, incoming: SharedArrayBuffer) {
    super();
    this.#port = port;
    this.#out = new Ring(out);
    this.#in = new Ring(incoming);
    port.on('message', (signal: Signal) => {
      if (signal === 'end') this.#hasEnded = true;
      this.#goOn();
    });
    port.on('close', () => {
      this.#take(Number.POSITIVE_INFINITY);
      this.destroy();
    });
    // What the other side wrote before this one listened.
    setImmediate(() => this.#goOn());
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#unwritten = { chunk, from: 0, done };
    this.#put();
  }

  override _final(done: () => void): void {
    this.#signal('end');
    done();
  }

  override _read(): void {
    // Whoever reads a link does so as it comes.
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close();
    const unwritten = this.#unwritten;
    this.#unwritten = undefined;
    unwritten?.done();
    done(error);
  }

  #goOn(): void {
    if (this.destroyed) return;
    this.#put();
    if (this.#take(turn)) this.#later();
    else if (this.#hasEnded && !this.readableEnded) this.push(null);
  }

  #later(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#goOn();
    });
  }

  /** Writes what fits; goes on when the other side has made room. */
  #put(): void {
    const unwritten = this.#unwritten;
    if (unwritten === undefined) return;
    const { chunk, done } = unwritten;
    do {
      const count = this.#out.write(chunk, unwritten.from);
      unwritten.from += count;
      if (count > 0 && this.#out.isReaderAsleep()) this.#signal('look');
    } while (unwritten.from < chunk.length && this.#out.hasRoomAfterAll());
    if (unwritten.from < chunk.length) return;
    this.#unwritten = undefined;
    done();
  }

  /** Reads what is there; says whether there is more than that much. */
  #take(most: number): boolean {
    for (let taken = 0; taken < most; ) {
      const count = this.#in.read(this.#buffer);
      if (count === 0) return false;
      if (this.#in.isWriterWaiting()) this.#signal('look');
      taken += count;
      this.emit('data', this.#buffer.subarray(0, count));
      if (this.destroyed) return false;
    }
    return true;
  }

  #signal(signal: Signal): void {
    this.#port.postMessage(signal);
  }
}
