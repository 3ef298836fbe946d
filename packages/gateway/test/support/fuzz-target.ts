import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { manualClock } from '@kiten/codec';
import { type MqttVersion, noProperties, type Packet } from '@kiten/wire';
import { createGateway, type Gateway, type GatewayEvent, type Limits } from '../../src/index.ts';
import { PacketStream } from './packet-stream.ts';
import { StreamEnd } from './stream-pair.ts';

/** What came of a stream of bytes. */
export interface Outcome {
  /** What the one who sent them was sent. */
  readonly packets: readonly Packet[];
  readonly isClosed: boolean;
  /** Why its session was left, if it was. */
  readonly cause: string | undefined;
  /** What the witness got meanwhile. */
  readonly heard: readonly Packet[];
}

const nobody = {
  device: 'anyone',
  address: '127.0.0.1',
  port: 1,
  serial: '',
  fingerprint: '',
  resumed: false,
};

/** An open gateway in memory, and a witness that is connected and hears everything. */
export class FuzzTarget {
  readonly gateway: Gateway;
  readonly faults: string[] = [];
  readonly witness: PacketStream;
  #causes: string[] = [];

  constructor(witnessVersion: MqttVersion, qos: 0 | 2, limits: Partial<Limits> = {}) {
    this.gateway = createGateway({
      trustDomain: 'open.invalid',
      access: 'open',
      clock: manualClock(Date.UTC(2026, 0, 1)),
      random: (bytes) => randomBytes(bytes),
      emit: (event) => this.#note(event),
      sweepInterval: 0,
      limits: { systemInterval: 0, ...limits },
    });
    this.witness = this.open(witnessVersion);
    const options = { qos, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
    this.witness.send(
      {
        type: 'connect',
        version: witnessVersion,
        clientId: 'witness',
        cleanStart: true,
        keepAlive: 0,
        properties: noProperties,
      },
      {
        type: 'subscribe',
        packetId: 1,
        subscriptions: [{ filter: '#', ...options }],
        properties: noProperties,
      },
    );
  }

  open(version: MqttVersion): PacketStream {
    return new PacketStream(this.#connect(), version);
  }

  /** Sends the chunks, each after what came of the one before. */
  async feed(version: MqttVersion, chunks: readonly Buffer[]): Promise<Outcome> {
    await turns();
    this.witness.take();
    this.#causes = [];
    const client = this.open(version);
    const isClosed = await write(client.stream, chunks);
    const taken = (from: PacketStream): Packet[] => from.take().map(({ packet }) => packet);
    return { packets: taken(client), isClosed, cause: this.#causes[0], heard: taken(this.witness) };
  }

  /** The same for bytes of which nobody knows what version they will be taken for: what comes back is not read. */
  async feedAny(chunks: readonly Buffer[]): Promise<void> {
    const end = this.#connect();
    end.resume();
    await write(end, chunks);
    this.witness.take();
    this.#causes = [];
  }

  /** Whether the witness is still served. */
  async isAlive(): Promise<boolean> {
    await turns();
    this.witness.take();
    this.witness.send({ type: 'pingreq' });
    await turns();
    return this.witness.take().some(({ packet }) => packet.type === 'pingresp');
  }

  #connect(): StreamEnd {
    const [end, other] = StreamEnd.pair();
    this.gateway.accept(other, nobody);
    other.onFault = (fault) => this.faults.push(String(fault));
    // As with a transport that reads into the same memory again and again.
    other.on('data', (chunk: Buffer) => chunk.fill(0xee));
    return end;
  }

  #note(event: GatewayEvent): void {
    if (event.kind === 'fault') this.faults.push(event.message);
    if (event.kind === 'session-closed' && event.clientId !== 'witness') this.#causes.push(event.cause);
  }
}

/** Writes the chunks and ends; says whether the gateway had ended before. */
async function write(stream: Duplex, chunks: readonly Buffer[]): Promise<boolean> {
  for (const chunk of chunks) {
    stream.write(chunk);
    await turns();
  }
  const isClosed = stream.readableEnded;
  stream.end();
  await turns();
  return isClosed;
}

/** As many turns of the loop as it takes from a chunk to the answers. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}
