import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

const normalClosure = 1000;
const unsupportedData = 1003;

/**
 * A WebSocket as the stream of bytes that MQTT goes over: what is written is sent in binary frames, and frames that
 * arrive are only pieces of the stream [MQTT-6.0.0-2] (3.1.1: [MQTT-6.0.0-2]).
 */
export class WebSocketTransport extends Duplex {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      // [MQTT-6.0.0-1] (3.1.1: [MQTT-6.0.0-1])
      if (!isBinary) {
        socket.close(unsupportedData, 'MQTT comes in binary frames.');
        this.destroy();
      } else if (!this.push(data)) socket.pause();
    });
    socket.on('close', () => {
      this.push(null);
      if (this.writableEnded) this.destroy();
    });
    socket.on('error', (error) => this.destroy(error));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.send(chunk, { binary: true }, done);
  }

  override _final(done: () => void): void {
    this.#socket.close(normalClosure);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#socket.readyState !== this.#socket.CLOSING) this.#socket.terminate();
    done(error);
  }
}
