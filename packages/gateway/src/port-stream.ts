import { Duplex } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';

/** Bytes that may be on their way, before the other end says that it took them. */
const window = 1_048_576;
/** So many bytes are taken before that is told. */
const portion = 65_536;

type PortMessage =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'taken'; readonly count: number }
  | { readonly kind: 'end' };

/** A stream of bytes through a message port, so that a connection can be served by another thread. */
export class PortStream extends Duplex {
  readonly #port: MessagePort;
  /** Sent and not taken yet; and the writer that waits for that. */
  #onTheWay = 0;
  #waiting: (() => void) | undefined;
  /** Taken in, while nobody reads: told once somebody does. */
  #unread = 0;
  /** Taken, and not told. */
  #taken = 0;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('message', (message: PortMessage) => this.#receive(message));
    port.on('close', () => this.destroy());
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const bytes = new Uint8Array(chunk);
    this.#onTheWay += bytes.length;
    this.#post({ kind: 'bytes', bytes }, [bytes.buffer]);
    if (this.#onTheWay < window) done();
    else this.#waiting = done;
  }

  override _final(done: () => void): void {
    this.#post({ kind: 'end' });
    done();
  }

  override _read(): void {
    this.#tellTaken(this.#unread);
    this.#unread = 0;
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close();
    done(error);
  }

  #receive(message: PortMessage): void {
    switch (message.kind) {
      case 'bytes': {
        const { bytes } = message;
        if (this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)))
          this.#tellTaken(bytes.length);
        else this.#unread += bytes.length;
        return;
      }
      case 'taken':
        this.#makeRoom(message.count);
        return;
      case 'end':
        this.push(null);
    }
  }

  #makeRoom(count: number): void {
    this.#onTheWay -= count;
    if (this.#onTheWay >= window) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  #tellTaken(count: number): void {
    this.#taken += count;
    if (this.#taken < portion) return;
    this.#post({ kind: 'taken', count: this.#taken });
    this.#taken = 0;
  }

  #post(message: PortMessage, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }
}
