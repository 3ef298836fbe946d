import { connect as connectSocket, type Socket } from 'node:net';
import {
  decodePacket,
  encodePacket,
  frameAt,
  type MqttVersion,
  noProperties,
  type Packet,
  type Publish,
  type Qos,
} from '@kiten/wire';

const window = 24;

/** A client that keeps its session state over connections, as MQTT 5.0 §4.1 and 3.1.1 §4.1 ask of clients. */
abstract class DurableClient {
  readonly clientId: string;
  readonly version: MqttVersion;
  #socket: Socket | undefined;
  #bytes = Buffer.alloc(0);
  #isConnected = false;
  readonly #isKept: boolean;

  /** Unless it is kept, its session ends with each connection, and what was not acknowledged it says anew by itself. */
  constructor(clientId: string, version: MqttVersion, isKept = true) {
    this.clientId = clientId;
    this.version = version;
    this.#isKept = isKept;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Connects with the session that there is; resolves when that is accepted or the connection is lost. */
  connect(port: number): Promise<void> {
    this.disconnect();
    const socket = connectSocket({ port, host: '127.0.0.1', noDelay: true });
    this.#socket = socket;
    this.#bytes = Buffer.alloc(0);
    const properties = this.version === 5 && this.#isKept ? { sessionExpiryInterval: 3600 } : noProperties;
    this.send({
      type: 'connect',
      version: this.version,
      clientId: this.clientId,
      cleanStart: !this.#isKept,
      keepAlive: 0,
      properties,
    });
    return new Promise((resolve) => {
      socket.on('data', (chunk) => {
        if (socket !== this.#socket) return;
        for (const packet of this.#packets(chunk)) {
          if (packet.type !== 'connack') this.handle(packet);
          else {
            this.#isConnected = true;
            this.connected(packet.sessionPresent);
            resolve();
          }
        }
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (socket === this.#socket) this.#isConnected = false;
        resolve();
      });
    });
  }

  disconnect(): void {
    this.#isConnected = false;
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  protected send(packet: Packet): void {
    this.#socket?.write(encodePacket(packet, this.version));
  }

  protected abstract connected(sessionPresent: boolean): void;
  protected abstract handle(packet: Packet): void;

  *#packets(chunk: Buffer): Generator<Packet> {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    let offset = 0;
    for (;;) {
      const frame = frameAt(this.#bytes, offset, this.#bytes.length, 2 ** 28);
      if (frame === undefined) break;
      const body = Buffer.from(this.#bytes.subarray(frame.bodyStart, frame.bodyEnd));
      offset = frame.bodyEnd;
      yield decodePacket(frame.header, body, this.version, 'server');
    }
    this.#bytes = this.#bytes.subarray(offset);
  }
}

type Unfinished = { readonly packet: Publish; isReceived: boolean };

/** Publishes numbers to `m/CLIENT/QOS`, and remembers which of them were acknowledged. */
export class DurablePublisher extends DurableClient {
  readonly qos: 1 | 2;
  /** The numbers below this were published. */
  published = 0;
  readonly acknowledged = new Set<number>();
  isStopping = false;
  readonly #unfinished = new Map<number, Unfinished>();
  #lastId = 0;

  constructor(clientId: string, version: MqttVersion, qos: 1 | 2, isKept = true) {
    super(clientId, version, isKept);
    this.qos = qos;
  }

  get topic(): string {
    return `m/${this.clientId}/${this.qos}`;
  }

  get isDone(): boolean {
    return this.#unfinished.size === 0;
  }

  protected override connected(): void {
    for (const [packetId, { packet, isReceived }] of this.#unfinished) {
      if (isReceived) this.#release(packetId);
      else this.send({ ...packet, dup: true });
    }
    this.#goOn();
  }

  protected override handle(packet: Packet): void {
    if (packet.type === 'puback') this.#finish(packet.packetId, packet.reasonCode);
    else if (packet.type === 'pubcomp') this.#finish(packet.packetId, 0);
    else if (packet.type === 'pubrec') {
      const unfinished = this.#unfinished.get(packet.packetId);
      if (unfinished !== undefined) unfinished.isReceived = true;
      this.#release(packet.packetId);
    }
    this.#goOn();
  }

  #finish(packetId: number, reasonCode: number): void {
    const unfinished = this.#unfinished.get(packetId);
    this.#unfinished.delete(packetId);
    if (unfinished === undefined || reasonCode >= 0x80) return;
    this.acknowledged.add(Number(unfinished.packet.payload.toString()));
  }

  #release(packetId: number): void {
    this.send({ type: 'pubrel', packetId, reasonCode: 0, properties: noProperties });
  }

  #goOn(): void {
    while (this.isConnected && !this.isStopping && this.#unfinished.size < window) {
      do this.#lastId = (this.#lastId % 200) + 1;
      while (this.#unfinished.has(this.#lastId));
      const packet: Publish = {
        type: 'publish',
        topic: this.topic,
        payload: Buffer.from(String(this.published++)),
        qos: this.qos,
        retain: false,
        dup: false,
        packetId: this.#lastId,
        properties: noProperties,
      };
      this.#unfinished.set(this.#lastId, { packet, isReceived: false });
      this.send(packet);
    }
  }
}

/** Takes everything under `m/`, and remembers in which order it came. */
export class DurableSubscriber extends DurableClient {
  /** By topic, the numbers as they came; QoS 2 messages as the protocol hands them on, once. */
  readonly received = new Map<string, number[]>();
  isSubscribed = false;
  /** Whether the server had forgotten the session after a SUBACK had promised to keep it. */
  wasForgotten = false;
  readonly #unreleased = new Set<number>();

  protected override connected(sessionPresent: boolean): void {
    if (this.isSubscribed && !sessionPresent) this.wasForgotten = true;
    if (this.isSubscribed) return;
    const options = { qos: 2 as Qos, noLocal: false, retainAsPublished: false, retainHandling: 0 as const };
    this.send({
      type: 'subscribe',
      packetId: 1,
      subscriptions: [{ filter: 'm/#', ...options }],
      properties: noProperties,
    });
  }

  protected override handle(packet: Packet): void {
    if (packet.type === 'suback') this.isSubscribed = true;
    else if (packet.type === 'pubrel') {
      this.#unreleased.delete(packet.packetId);
      const { packetId } = packet;
      this.send({ type: 'pubcomp', packetId, reasonCode: 0, properties: noProperties });
    } else if (packet.type === 'publish') this.#take(packet);
  }

  #take(packet: Publish): void {
    const packetId = packet.packetId as number;
    if (packet.qos === 1) {
      this.#note(packet);
      this.send({ type: 'puback', packetId, reasonCode: 0, properties: noProperties });
    } else {
      if (!this.#unreleased.has(packetId)) this.#note(packet);
      this.#unreleased.add(packetId);
      this.send({ type: 'pubrec', packetId, reasonCode: 0, properties: noProperties });
    }
  }

  #note({ topic, payload }: Publish): void {
    const numbers = this.received.get(topic) ?? [];
    this.received.set(topic, numbers);
    numbers.push(Number(payload.toString()));
  }
}
