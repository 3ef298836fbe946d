import { once } from 'node:events';
import { createConnection, type NetConnectOpts, type Socket } from 'node:net';
import { unreachable } from './unreachable.ts';

/** Octets from a socket, as many as are asked for. Nobody asks twice at once. */
export class SocketReader {
  readonly #socket: Socket;
  #held: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  #waiting: { readonly length: number; readonly resolve: (bytes: Buffer) => void } | undefined;
  #fail: ((error: Error) => void) | undefined;
  #fault: Error | undefined;

  private constructor(socket: Socket, where: string) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#held = Buffer.concat([this.#held, chunk]);
      this.#serve();
    });
    socket.on('error', (error) => this.#end(unreachable(where, error)));
    socket.on('close', () => this.#end(unreachable(where)));
  }

  /** @throws KitenError `agent/tpm-unreachable` */
  static async connect(options: NetConnectOpts, where: string): Promise<SocketReader> {
    const socket = createConnection(options);
    try {
      await once(socket, 'connect');
    } catch (cause) {
      throw unreachable(where, cause);
    }
    socket.setNoDelay(true);
    return new SocketReader(socket, where);
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** @throws KitenError `agent/tpm-unreachable` if the socket ends first */
  read(length: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) return reject(this.#fault);
      this.#waiting = { length, resolve };
      this.#fail = reject;
      this.#serve();
    });
  }

  async close(): Promise<void> {
    if (this.#socket.closed) return;
    const closed = once(this.#socket, 'close');
    this.#socket.destroy();
    await closed;
  }

  #serve(): void {
    const waiting = this.#waiting;
    if (waiting === undefined || this.#held.length < waiting.length) return;
    this.#waiting = undefined;
    const bytes = this.#held.subarray(0, waiting.length);
    this.#held = this.#held.subarray(waiting.length);
    waiting.resolve(bytes);
  }

  #end(fault: Error): void {
    this.#fault ??= fault;
    this.#waiting = undefined;
    this.#fail?.(this.#fault);
  }
}
