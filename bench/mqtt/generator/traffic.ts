import type { Flow, Job, Pace } from '../workload.ts';
import { inFlight } from '../workload.ts';
import { Client, type Endpoint } from './client.ts';
import { Packets, stamp } from './packets.ts';

/** Publishers and subscribers, connected, and how many messages are under way between them. */
export class Traffic {
  sent = 0;
  received = 0;
  /** Copies of each message. */
  readonly copies: number;
  /** Called when something came that may let more go. */
  moved: () => void = () => undefined;
  /** Called with each message that came, where `timed` was asked for. */
  arrived: (sentAt: number) => void = () => undefined;
  readonly publishers: Publisher[] = [];
  readonly #subscribers: Client[] = [];

  constructor(copies: number) {
    this.copies = copies;
  }

  static async open(job: Job, workload: Flow | Pace): Promise<Traffic> {
    const { shape, qos, secured } = workload;
    const traffic = new Traffic(shape === 'fan-out' ? workload.subscribers : 1);
    const endpoint: Endpoint = { port: job.port, ca: job.ca, secured };
    for (let index = 0; index < workload.subscribers; index++) {
      const client = new Client(endpoint, job.subscribers[index]!);
      await client.open(secured);
      await client.subscribe(filterOf(workload, job, index), qos);
      traffic.#listen(client, workload.kind === 'pace');
    }
    for (let index = 0; index < workload.publishers; index++) {
      const client = new Client(endpoint, job.publishers[index]!);
      await client.open(secured);
      traffic.publishers.push(new Publisher(client, workload, () => traffic.moved()));
    }
    return traffic;
  }

  get underWay(): number {
    return this.sent - this.received / this.copies;
  }

  close(): void {
    for (const { client } of this.publishers) client.close();
    for (const client of this.#subscribers) client.close();
  }

  #listen(client: Client, isTimed: boolean): void {
    this.#subscribers.push(client);
    const acknowledgements = Buffer.allocUnsafe(65_536);
    let acknowledged = 0;
    client.seen = (bytes, header, body) => {
      if ((header & 0xf0) !== 0x30) return;
      this.received++;
      if (header !== 0x30 || isTimed) {
        let at = body + 2 + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
        if ((header & 0x06) !== 0) {
          acknowledgements[acknowledged++] = 0x40;
          acknowledgements[acknowledged++] = 2;
          acknowledgements[acknowledged++] = bytes[at++] as number;
          acknowledgements[acknowledged++] = bytes[at++] as number;
          if (acknowledged === acknowledgements.length) flush();
        }
        if (isTimed) this.arrived(bytes.readDoubleLE(at));
      }
    };
    const flush = (): void => {
      // Node may keep what it is given.
      client.socket.write(Buffer.from(acknowledgements.subarray(0, acknowledged)));
      acknowledged = 0;
    };
    client.taken = () => {
      if (acknowledged > 0) flush();
      this.moved();
    };
  }
}

/** One client that publishes. */
export class Publisher {
  readonly client: Client;
  readonly #packets: Packets;
  readonly #batch: number;
  readonly #qos: 0 | 1;
  #id = 1;
  #unacknowledged = 0;

  constructor(client: Client, { qos, batch, topics }: Flow | Pace, moved: () => void) {
    this.client = client;
    this.#qos = qos;
    this.#batch = batch;
    this.#packets = new Packets(topicsOf(client.id, topics), qos, batch);
    client.seen = (_, header) => {
      if (header === 0x40) this.#unacknowledged--;
    };
    client.taken = moved;
    client.socket.on('drain', moved);
  }

  /** Whether everything before has left, and enough of it was acknowledged. */
  get isReady(): boolean {
    return (
      this.client.socket.writableLength === 0 &&
      (this.#qos === 0 || this.#unacknowledged + this.#batch <= inFlight)
    );
  }

  /** Sends one write of messages; says how many. */
  publish(at?: number): number {
    const bytes = this.#packets.take(this.#batch, this.#qos === 0 ? 0 : this.#id);
    if (at !== undefined) stamp(bytes, at);
    if (this.#qos === 1) {
      this.#id = ((this.#id + this.#batch - 1) % 65_535) + 1;
      this.#unacknowledged += this.#batch;
    }
    this.client.socket.write(bytes);
    return this.#batch;
  }
}

function topicsOf(id: string, count: number): string[] {
  if (count === 1) return [`d/${id}/telemetry`];
  return Array.from({ length: count }, (_, index) => `d/${id}/s${String(index).padStart(5, '0')}`);
}

function filterOf({ shape, topics }: Flow | Pace, job: Job, index: number): string {
  if (shape === 'fan-in') return 'd/+/telemetry';
  const { id } = job.publishers[shape === 'fan-out' ? 0 : index]!;
  return topics === 1 ? `d/${id}/telemetry` : `d/${id}/+`;
}
