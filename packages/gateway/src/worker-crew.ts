import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import type { ReplicaChange } from './change.ts';
import type { EmitEvent, GatewayEvent } from './event.ts';
import type { ListenOptions } from './listener-kind.ts';
import { CommonCounts, type CommonMemory } from './mesh/common-counts.ts';
import { Ring } from './mesh/ring.ts';
import { type Statistics, sumOf } from './statistics.ts';
import { TicketKeys } from './ticket-keys.ts';
import { type GatewayClient, gatewayClient } from './worker-client.ts';
import type { AnswersOf } from './worker-questions.ts';

/** Several workers on the same ports, as one gateway. */
export interface GatewayCrew extends Omit<GatewayClient, 'join' | 'share' | 'seedTickets'> {
  /**
   * Puts a worker in the place of one that has ended. `tell` sends it what the others know: everything, by the function
   * that it is given. `at` is now, in milliseconds since the Unix epoch. Resolves when it works with the others and listens.
   */
  replace(
    index: number,
    worker: Worker | MessagePort,
    at: number,
    tell: (apply: (change: ReplicaChange) => void) => void,
  ): Promise<void>;
}

/**
 * Workers that were started with `worker: { index, count }`, in that order. `random` gives so many unpredictable bytes. `receive` gets what all of them tell: `applied` once
 * it holds for all, statistics as their sum.
 */
export function gatewayCrew(
  workers: readonly (Worker | MessagePort)[],
  receive: EmitEvent,
  random: (bytes: number) => Uint8Array,
  who: AnswersOf = {},
): GatewayCrew {
  const merged = new MergedEvents(workers.length, receive);
  const clientOf = (worker: Worker | MessagePort, index: number): GatewayClient =>
    gatewayClient(worker, (event) => merged.take(index, event), who);
  const clients = workers.map(clientOf);
  const common: CommonMemory = { memory: CommonCounts.memory(workers.length), secret: random(32) };
  for (const client of clients) client.share(common);
  seedTickets();
  let seededAt = Number.NEGATIVE_INFINITY;
  const listening: ListenOptions[] = [];
  let joined = Promise.all(
    clients.flatMap((client, index) =>
      clients.slice(0, index).map((peer, at) => join([index, client], [at, peer])),
    ),
  );
  // Whoever opens a port is told.
  joined.catch(() => undefined);

  function seedTickets(): void {
    const seed = random(TicketKeys.seedBytes);
    for (const client of clients) client.seedTickets(seed);
  }

  return {
    apply(change) {
      for (const client of clients) client.apply(change);
      if (change.kind !== 'heartbeat' || change.at - seededAt < seedLifetime) return;
      if (seededAt > 0) seedTickets();
      seededAt = change.at;
    },
    async listen(options) {
      await joined;
      const [keeper, ...others] = clients as [GatewayClient, ...GatewayClient[]];
      const bound = await keeper.listen(options);
      const shared = { ...options, port: bound.port, joins: true };
      await Promise.all(others.map((client) => client.listen(shared)));
      listening.push(shared);
      return bound;
    },
    admit: (transport, presented) => clients[0]?.admit(transport, presented),
    async replace(index, worker, at, tell) {
      const client = clientOf(worker, index);
      merged.forget(index, at);
      new CommonCounts(common).forget(index);
      client.share(common);
      tell((change) => client.apply(change));
      clients[index] = client;
      // Nobody knows which changes the others have had since the last one.
      seedTickets();
      const others = clients.map((other, at) => [at, other] as const).filter(([at]) => at !== index);
      joined = Promise.all(others.map((other) => join([index, client], other)));
      await joined;
      for (const options of listening) await client.listen(options);
    },
    async close() {
      // The keeper says goodbye to clients that come to it by way of the others.
      const [keeper, ...others] = clients;
      await keeper?.close();
      await Promise.all(others.map((client) => client.close()));
    },
  };
}

/** Milliseconds until session tickets have other keys, whatever else happens. */
const seedLifetime = 3_600_000;

type Numbered = readonly [index: number, client: GatewayClient];

async function join([index, one]: Numbered, [peer, other]: Numbered): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const [there, back] = [Ring.memory(), Ring.memory()];
  await Promise.all([
    one.join(peer, { port: port1, out: there, incoming: back }),
    other.join(index, { port: port2, out: back, incoming: there }),
  ]);
}

/** What several workers tell, as if there were one. */
class MergedEvents {
  readonly #receive: EmitEvent;
  readonly #applied: number[];
  readonly #statistics: (Statistics | undefined)[];
  #told = Number.NEGATIVE_INFINITY;
  /** By client id, at which worker the client is, and whose it is. */
  readonly #sessions = new Map<string, { readonly index: number; readonly device: string }>();

  constructor(count: number, receive: EmitEvent) {
    this.#receive = receive;
    this.#applied = Array.from({ length: count }, () => Number.NEGATIVE_INFINITY);
    this.#statistics = Array.from({ length: count }, () => undefined);
  }

  take(index: number, event: GatewayEvent): void {
    switch (event.kind) {
      case 'listening':
        if (index === 0) this.#receive(event);
        return;
      case 'applied':
        this.#applied[index] = event.sequence;
        this.#tellApplied();
        return;
      case 'statistics':
        this.#statistics[index] = event.statistics;
        if (index !== 0) return;
        this.#receive({ ...event, statistics: sumOf(this.#statistics.filter((each) => each !== undefined)) });
        return;
      case 'session-opened':
        this.#opened(index, event);
        return;
      case 'session-closed':
        if (this.#sessions.get(event.clientId)?.index !== index) return;
        this.#sessions.delete(event.clientId);
        this.#receive(event);
        return;
      default:
        this.#receive(event);
    }
  }

  /** It has gone from where it was, even if that worker's word of it comes later. */
  #opened(index: number, event: GatewayEvent & { kind: 'session-opened' }): void {
    const { clientId, device, at } = event;
    const before = this.#sessions.get(clientId);
    if (before !== undefined && before.index !== index)
      this.#receive({ kind: 'session-closed', device: before.device, clientId, cause: 'taken-over', at });
    this.#sessions.set(clientId, { index, device });
    this.#receive(event);
  }

  /** A worker has ended, and all its connections with it. */
  forget(index: number, at: number): void {
    this.#statistics[index] = undefined;
    for (const [clientId, { index: where, device }] of this.#sessions) {
      if (where !== index) continue;
      this.#sessions.delete(clientId);
      this.#receive({ kind: 'session-closed', device, clientId, cause: 'worker-ended', at });
    }
  }

  #tellApplied(): void {
    const sequence = Math.min(...this.#applied);
    if (sequence <= this.#told) return;
    this.#told = sequence;
    this.#receive({ kind: 'applied', sequence });
  }
}
