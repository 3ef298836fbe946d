import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { KitenError } from '@kiten/codec';
import {
  decodePacket,
  encodePacket,
  frameAt,
  MqttError,
  noProperties,
  type Packet,
  type PacketType,
} from '@kiten/wire';

export interface MqttOptions {
  readonly clientId: string;
  /** Seconds. */
  readonly keepAlive: number;
  /** What arrives at a subscribed topic. Must not throw. */
  readonly received: (topic: string, payload: Buffer) => void;
  /** Authenticates within AUTH before it is connected (MQTT 5.0, 4.12). */
  readonly authentication?: Authentication;
}

export interface Authentication {
  readonly method: string;
  /** What answers the server's data: 65,535 octets at most. A KitenError that it throws ends the connection. */
  readonly answer: (data: Buffer) => Promise<Uint8Array>;
}

type Waiting = { readonly resolve: (packet: Packet) => void; readonly reject: (error: Error) => void };

const maximumPacket = 4 << 20;
/** Header, packet identifier and a topic. */
const overhead = 512;
const firstFailure = 0x80;
/** Continue authentication (MQTT 5.0, 3.15.2.1). */
const goOn = 0x18;

/**
 * As much of an MQTT 5 client as an agent needs: a clean session, QoS 1 both ways, no state that outlives the
 * connection. The connection itself is handed in.
 */
export class MqttClient {
  readonly #stream: Duplex;
  readonly #options: MqttOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #pings: NodeJS.Timeout;
  /** Resolves when the connection is over, with the reason that the server gave, if it did. */
  readonly ended: Promise<KitenError>;
  #held: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  #packetId = 0;
  #maximumSent = maximumPacket;
  #reason: KitenError | undefined;
  #isUnanswered = false;
  #proof: Buffer | undefined;

  private constructor(stream: Duplex, options: MqttOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#pings = setInterval(() => this.#ping(), (options.keepAlive * 1000) / 2);
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('error', (cause) => this.#end(closed(cause.message)));
    this.ended = once(stream, 'close').then(() => {
      this.#end(closed('the connection was closed'));
      return this.#reason!;
    });
    // Whoever waits for the end is told; that nobody does is no fault.
    this.ended.catch(() => undefined);
  }

  /** @throws KitenError `agent/mqtt-refused` with the reason code, `agent/mqtt-closed` */
  static async connect(stream: Duplex, options: MqttOptions): Promise<MqttClient> {
    const client = new MqttClient(stream, options);
    const { clientId, keepAlive, authentication } = options;
    const connect = {
      type: 'connect',
      version: 5,
      clientId,
      cleanStart: true,
      keepAlive,
      properties:
        authentication === undefined ? noProperties : { authenticationMethod: authentication.method },
    };
    const answer = await client.#ask('connack', connect as Packet);
    if (answer.type === 'connack' && answer.reasonCode === 0) {
      client.#maximumSent = answer.properties.maximumPacketSize ?? client.#maximumSent;
      client.#proof = answer.properties.authenticationData;
      return client;
    }
    client.close();
    throw refused('The connection is', 'reasonCode' in answer ? answer.reasonCode : firstFailure);
  }

  /** @throws KitenError `agent/mqtt-refused`, `agent/mqtt-closed` */
  async subscribe(...filters: readonly string[]): Promise<void> {
    const packetId = this.#nextId();
    const subscriptions = filters.map((filter) => ({
      ...{ filter, qos: 1 as const, noLocal: false, retainAsPublished: false, retainHandling: 0 as const },
    }));
    const answer = await this.#ask(`suback ${packetId}`, {
      ...{ type: 'subscribe', packetId, subscriptions, properties: noProperties },
    });
    const codes = answer.type === 'suback' ? answer.reasonCodes : [];
    const failure = codes.find((code) => code >= firstFailure);
    if (failure !== undefined) throw refused('A subscription is', failure);
  }

  /** What the server said at the end of the authentication, if there was one. */
  get proof(): Buffer | undefined {
    return this.#proof;
  }

  /** Octets of payload that the server certainly takes. */
  get maximumPayload(): number {
    return this.#maximumSent - overhead;
  }

  /** Resolves when the server took it. @throws KitenError `agent/mqtt-refused`, `agent/mqtt-closed` */
  async publish(topic: string, payload: Uint8Array): Promise<void> {
    const packetId = this.#nextId();
    const answer = await this.#ask(`puback ${packetId}`, {
      ...{
        type: 'publish',
        topic,
        payload: Buffer.from(payload),
        qos: 1,
        retain: false,
        dup: false,
        packetId,
      },
      properties: noProperties,
    });
    if (answer.type === 'puback' && answer.reasonCode >= firstFailure) {
      throw refused(`What was published at ${topic} is`, answer.reasonCode);
    }
  }

  close(): void {
    this.#send({ type: 'disconnect', reasonCode: 0, properties: noProperties });
    this.#stream.end();
    this.#stream.destroy();
  }

  #ask(answeredBy: string, packet: Packet): Promise<Packet> {
    return new Promise((resolve, reject) => {
      if (this.#reason !== undefined) return reject(this.#reason);
      this.#waiting.set(answeredBy, { resolve, reject });
      this.#send(packet);
    });
  }

  #send(packet: Packet): void {
    if (this.#stream.writable) this.#stream.write(encodePacket(packet, 5));
  }

  #read(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk]);
    try {
      for (let frame = this.#frame(); frame !== undefined; frame = this.#frame()) {
        const body = this.#held.subarray(frame.bodyStart, frame.bodyEnd);
        this.#held = this.#held.subarray(frame.bodyEnd);
        this.#take(decodePacket(frame.header, body, 5, 'server'));
      }
    } catch (error) {
      if (!(error instanceof MqttError)) throw error;
      this.#end(error);
    }
  }

  #frame() {
    return frameAt(this.#held, 0, this.#held.length, maximumPacket, 5);
  }

  #take(packet: Packet): void {
    switch (packet.type) {
      case 'publish':
        if (packet.packetId !== undefined && packet.qos === 1) {
          this.#send({ type: 'puback', packetId: packet.packetId, reasonCode: 0, properties: noProperties });
        }
        this.#options.received(packet.topic, Buffer.from(packet.payload));
        return;
      case 'disconnect':
        this.#end(refused('The session is ended:', packet.reasonCode));
        return;
      case 'pingresp':
        this.#isUnanswered = false;
        return;
      case 'auth':
        this.#authenticate(packet.properties.authenticationData);
        return;
      default:
        this.#answer(packet.type, packet);
    }
  }

  #authenticate(data: Buffer = Buffer.alloc(0)): void {
    const { authentication } = this.#options;
    if (authentication === undefined) {
      this.#end(closed('the site speaks AUTH unasked'));
      return;
    }
    const { method: authenticationMethod, answer } = authentication;
    answer(data).then(
      (octets) => {
        const properties = { authenticationMethod, authenticationData: Buffer.from(octets) };
        this.#send({ type: 'auth', reasonCode: goOn, properties });
      },
      (error: unknown) => this.#end(error instanceof KitenError ? error : closed(String(error))),
    );
  }

  /** What was not answered until the next is due is not answered any more. */
  #ping(): void {
    if (this.#isUnanswered) {
      this.#end(closed('the site answers no more'));
      return;
    }
    this.#isUnanswered = true;
    this.#send({ type: 'pingreq' });
  }

  #answer(type: PacketType, packet: Packet): void {
    const key = 'packetId' in packet ? `${type} ${packet.packetId}` : type;
    this.#waiting.get(key)?.resolve(packet);
    this.#waiting.delete(key);
  }

  #end(reason: KitenError): void {
    this.#reason ??= reason;
    clearInterval(this.#pings);
    this.#stream.destroy();
    for (const { reject } of this.#waiting.values()) reject(this.#reason);
    this.#waiting.clear();
  }

  #nextId(): number {
    this.#packetId = (this.#packetId % 0xffff) + 1;
    return this.#packetId;
  }
}

const closed = (why: string) => new KitenError('agent/mqtt-closed', `The MQTT session is over: ${why}.`);

const refused = (what: string, code: number) =>
  new KitenError('agent/mqtt-refused', `${what} refused by the site, reason 0x${code.toString(16)}.`, {
    detail: { reasonCode: code },
  });
