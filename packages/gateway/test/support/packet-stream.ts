import type { Duplex } from 'node:stream';
import { decodePacket, encodePacket, frameAt, type MqttVersion, type Packet } from '@kiten/wire';

const unlimited = 2 ** 28;

/** A client of the test on any stream: it sends packets or bytes, and hands out what comes. */
export class PacketStream {
  readonly stream: Duplex;
  readonly version: MqttVersion;
  /** What came and was not taken yet. */
  #arrived: { packet: Packet; size: number }[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  isClosed = false;
  #error: unknown;

  constructor(stream: Duplex, version: MqttVersion) {
    this.stream = stream;
    this.version = version;
    stream.on('data', (chunk: Buffer) => {
      try {
        this.#read(chunk);
      } catch (error) {
        this.#error ??= error;
      }
    });
    stream.on('error', () => undefined);
    stream.on('end', () => {
      this.isClosed = true;
      stream.end();
    });
    stream.on('close', () => {
      this.isClosed = true;
    });
  }

  /** Sends packets in one chunk. */
  send(...packets: readonly Packet[]): void {
    this.stream.write(Buffer.concat(packets.map((packet) => encodePacket(packet, this.version))));
  }

  /**
   * Takes what came, each with its size on the wire.
   *
   * @throws MqttError if it was no packet that a server may send
   */
  take(): { packet: Packet; size: number }[] {
    if (this.#arrived.length === 0 && this.#error !== undefined) throw this.#error;
    return this.#arrived.splice(0);
  }

  #read(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    let offset = 0;
    for (;;) {
      const frame = frameAt(this.#bytes, offset, this.#bytes.length, unlimited, this.version);
      if (frame === undefined) break;
      const body = Buffer.from(this.#bytes.subarray(frame.bodyStart, frame.bodyEnd));
      const packet = decodePacket(frame.header, body, this.version, 'server');
      this.#arrived.push({ packet, size: frame.bodyEnd - offset });
      offset = frame.bodyEnd;
    }
    this.#bytes = this.#bytes.subarray(offset);
  }
}
