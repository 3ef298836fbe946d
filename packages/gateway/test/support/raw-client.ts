import { connect as connectSocket, type Socket } from 'node:net';
import {
  type Connack,
  type Connect,
  decodePacket,
  encodePacket,
  frameAt,
  type MqttVersion,
  noProperties,
  type Packet,
  type PacketType,
  type Properties,
  type Publish,
  type Qos,
  type Suback,
} from '@kiten/wire';
import { meshTurns, workersUnderTest } from './meshed-gateway.ts';

type Of<Type extends PacketType> = Extract<Packet, { type: Type }>;

/** A client of the test: it speaks packets, and remembers everything that came. */
export class RawClient {
  readonly socket: Socket;
  readonly version: MqttVersion;
  readonly received: Packet[] = [];
  isClosed = false;
  readonly closed: Promise<void>;
  #bytes: Buffer = Buffer.alloc(0);
  #packetId = 0;
  #waiting: (() => void)[] = [];

  constructor(socket: Socket, version: MqttVersion) {
    this.socket = socket;
    this.version = version;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) =>
      socket.on('close', () => {
        this.isClosed = true;
        this.#wake();
        resolve();
      }),
    );
  }

  static async open(
    port: number,
    version: MqttVersion,
    host = '127.0.0.1',
    localAddress?: string,
  ): Promise<RawClient> {
    const socket = connectSocket({ port, host, ...(localAddress === undefined ? {} : { localAddress }) });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket, version);
  }

  send(packet: Packet): void {
    this.socket.write(encodePacket(packet, this.version));
  }

  /** The first packet of that type that came and was not asked for yet. Fails when the connection ends before. */
  async next<Type extends PacketType>(type: Type): Promise<Of<Type>> {
    for (;;) {
      const index = this.received.findIndex((packet) => packet.type === type);
      if (index >= 0) return this.received.splice(index, 1)[0] as Of<Type>;
      if (this.isClosed) throw new Error(`closed without ${type}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async connect(
    clientId: string,
    options: Partial<Omit<Connect, 'type' | 'version'>> = {},
  ): Promise<Connack> {
    this.send({
      type: 'connect',
      version: this.version,
      clientId,
      cleanStart: true,
      keepAlive: 0,
      properties: noProperties,
      ...options,
    });
    return this.next('connack');
  }

  publish(
    topic: string,
    payload: string,
    options: { qos?: Qos; retain?: boolean; dup?: boolean; properties?: Properties } = {},
  ): number {
    const { qos = 0, retain = false, dup = false, properties = noProperties } = options;
    const packet = {
      type: 'publish',
      topic,
      payload: Buffer.from(payload),
      qos,
      retain,
      dup,
      properties,
    } as const;
    if (qos === 0) this.send(packet);
    else this.send({ ...packet, packetId: ++this.#packetId });
    return this.#packetId;
  }

  /** Publishes with QoS 1 and returns the reason code of the answer. */
  async publishAcknowledged(
    topic: string,
    payload: string,
    options: { retain?: boolean; dup?: boolean; properties?: Properties } = {},
  ) {
    this.publish(topic, payload, { ...options, qos: 1 });
    return this.next('puback');
  }

  async subscribe(
    filter: string,
    options: Partial<Of<'subscribe'>['subscriptions'][number]> = {},
    properties = noProperties,
  ): Promise<Suback> {
    this.send({
      type: 'subscribe',
      packetId: ++this.#packetId,
      subscriptions: [
        { filter, qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0, ...options },
      ],
      properties,
    });
    return this.next('suback');
  }

  /** A round trip: whatever the server had to send before it has come now; if it has several workers, from all of them. */
  async settle(): Promise<void> {
    if (workersUnderTest() > 1)
      for (let turn = 0; turn < meshTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
    this.send({ type: 'pingreq' });
    await this.next('pingresp');
  }

  /** The payloads that came, once the server has been heard from. */
  async messages(): Promise<string[]> {
    if (!this.isClosed) await this.settle();
    return this.publications().map(({ payload }) => payload.toString());
  }

  publications(): Publish[] {
    return this.received.filter((packet) => packet.type === 'publish');
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    let offset = 0;
    for (;;) {
      const frame = frameAt(this.#bytes, offset, this.#bytes.length, 2 ** 28);
      if (frame === undefined) break;
      const body = Buffer.from(this.#bytes.subarray(frame.bodyStart, frame.bodyEnd));
      this.received.push(decodePacket(frame.header, body, this.version, 'server'));
      offset = frame.bodyEnd;
    }
    this.#bytes = this.#bytes.subarray(offset);
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
