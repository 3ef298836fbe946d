import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { encodePacket, noProperties, type Packet } from '@kiten/wire';
import type { Credentials } from '../servers/server.ts';

/** What all clients read into: it is looked at during the call only. */
const readBuffer = Buffer.allocUnsafeSlow(262_144);

export interface Endpoint {
  readonly port: number;
  readonly ca: string;
  readonly secured: boolean;
  /** Where it comes from, of the loopback addresses; the system's choice unless given. */
  readonly from?: string;
  /** What it shows, made once for many. */
  readonly context?: SecureContext;
}

/** A client that looks at as little of what it gets as it can: the first byte, the length, and what `seen` looks at. */
export class Client {
  readonly socket: Socket;
  readonly id: string;
  /** Called with the first byte of each packet, where its body begins, and where it ends. */
  seen: (bytes: Buffer, header: number, body: number, end: number) => void = () => undefined;
  /** Called after each chunk. */
  taken: () => void = () => undefined;
  #rest: Buffer | undefined;

  constructor(endpoint: Endpoint, { id, key, certificate }: Credentials) {
    this.id = id;
    const onread = {
      buffer: readBuffer,
      callback: (size: number, bytes: Uint8Array) => {
        this.#take(bytes as Buffer, size);
        return true;
      },
    };
    const { port, from, context } = endpoint;
    const place = {
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread,
      ...(from === undefined ? {} : { localAddress: from }),
    };
    this.socket = endpoint.secured
      ? connectTls({
          ...place,
          ca: endpoint.ca,
          ...(context === undefined ? { key, cert: certificate } : { secureContext: context }),
          checkServerIdentity: () => undefined,
        })
      : connectTcp(place);
    this.socket.on('error', (error) => {
      throw error;
    });
  }

  /** Connects as itself, with its name as user name where there is no certificate. */
  async open(secured: boolean, cleanStart = true): Promise<void> {
    await once(this.socket, secured ? 'secureConnect' : 'connect');
    const named = secured ? {} : { username: this.id, password: Buffer.from('believed') };
    const connect = {
      type: 'connect',
      version: 4,
      clientId: this.id,
      cleanStart,
      keepAlive: 0,
    } as const;
    await this.ask({ ...connect, ...named, properties: noProperties }, 0x20);
  }

  async subscribe(filter: string, qos: 0 | 1): Promise<void> {
    const options = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
    const subscriptions = [{ filter, qos, ...options }];
    await this.ask({ type: 'subscribe', packetId: 1, subscriptions, properties: noProperties }, 0x90);
  }

  /** Resolves with the answer, whose last byte must not be a refusal. */
  ask(packet: Packet, answer: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.seen = (bytes, header, _, end) => {
        this.seen = () => undefined;
        if (header === answer && isGood(header, bytes[end - 1] as number)) resolve();
        else reject(new Error(`${this.id} was refused: ${bytes.toString('hex', 0, end)}`));
      };
      this.socket.write(encodePacket(packet, 4));
    });
  }

  close(): void {
    this.socket.removeAllListeners('error');
    this.socket.on('error', () => undefined);
    this.socket.destroy();
  }

  #take(chunk: Buffer, size: number): void {
    let bytes = chunk;
    let length = size;
    if (this.#rest !== undefined) {
      bytes = Buffer.concat([this.#rest, chunk.subarray(0, size)]);
      length = bytes.length;
      this.#rest = undefined;
    }
    let offset = 0;
    while (length - offset >= 2) {
      let body = offset + 2;
      let remaining = bytes[offset + 1] as number;
      if (remaining >= 0x80) {
        if (body >= length) break;
        remaining = (remaining & 0x7f) | ((bytes[body++] as number) << 7);
      }
      const end = body + remaining;
      if (end > length) break;
      this.seen(bytes, bytes[offset] as number, body, end);
      offset = end;
    }
    if (offset < length) this.#rest = Buffer.from(bytes.subarray(offset, length));
    this.taken();
  }
}

/** UNSUBACK and PINGRESP of 3.1.1 refuse nothing; CONNACK and SUBACK end with what they say. */
function isGood(header: number, last: number): boolean {
  if (header === 0x20) return last === 0;
  return header !== 0x90 || last < 0x80;
}
