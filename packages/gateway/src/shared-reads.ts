import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';

const bufferSize = 65_536;

/** As much of Node's socket as no interface of it reaches. */
interface Held {
  _handle: object | null;
}

/**
 * Reads of many sockets into one buffer. Node allocates 64 KiB for each read otherwise, of which most messages need 100
 * bytes, and clearing them away is what a gateway then spends its time on.
 */
export class SharedReads {
  readonly #buffer = Buffer.allocUnsafeSlow(bufferSize);

  /**
   * The same connection as a socket whose `data` may be looked at within the event only. `accepted` was not read from
   * yet, and comes from a server with `pauseOnConnect`; it is not to be used any more.
   */
  adopt(accepted: Socket): Socket {
    const held = accepted as unknown as Held;
    const handle = held._handle;
    if (handle === null) return accepted;
    held._handle = null;
    const onread: OnReadOpts = {
      buffer: this.#buffer,
      callback: (size) => {
        socket.emit('data', this.#buffer.subarray(0, size));
        return true;
      },
    };
    // Servers make their sockets of such a handle; what is documented to be taken as one is only a bound socket.
    const socket = new Socket({ handle, onread, manualStart: true } as unknown as SocketConstructorOpts);
    // The server counts it until then.
    socket.once('close', () => accepted.destroy());
    return socket;
  }
}
