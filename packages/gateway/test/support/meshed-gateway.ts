import type { Duplex } from 'node:stream';
import { createGateway, type Gateway, openGateway, type StoredGatewayOptions } from '../../src/index.ts';
import { CommonCounts } from '../../src/mesh/common-counts.ts';
import { sumOf } from '../../src/statistics.ts';
import { StreamEnd } from './stream-pair.ts';

/**
 * Several workers of a gateway in this thread, as one: connections go to each of them in turn, everything else to all.
 * The first has the store, if there is one.
 */
export async function meshedGateway(
  { storeDirectory, ...options }: StoredGatewayOptions,
  count: number,
  open = openGateway,
): Promise<Gateway & { readonly workers: readonly Gateway[] }> {
  const workers: Gateway[] = [];
  for (let index = 0; index < count; index++) {
    const own = { ...options, worker: { index, count } };
    workers.push(index === 0 ? await open({ ...own, storeDirectory }) : createGateway(own));
  }
  const common = { memory: CommonCounts.memory(count), secret: options.random(32) };
  for (const worker of workers) worker.share(common);
  await joinAll(workers);
  const [keeper, ...others] = workers as [Gateway, ...Gateway[]];
  let turn = 0;
  const next = (): Gateway => workers[turn++ % count] as Gateway;
  return {
    workers,
    apply(change) {
      for (const worker of workers) worker.apply(change);
    },
    listen: (where) => keeper.listen(where),
    accept: (transport, peer) => next().accept(transport, peer),
    admit: (transport, presented) => next().admit(transport, presented),
    upgrade: (request, socket, head, peer) => next().upgrade(request, socket, head, peer),
    share: (shared) => {
      for (const worker of workers) worker.share(shared);
    },
    seedTickets: (seed) => {
      for (const worker of workers) worker.seedTickets(seed);
    },
    join: (peer, transport) => keeper.join(peer, transport),
    sweep() {
      for (const worker of workers) worker.sweep();
    },
    statistics: () => sumOf(workers.map((worker) => worker.statistics())),
    async close() {
      await keeper.close();
      for (const worker of others) await worker.close();
    },
  };
}

/** Links every two of them. */
export async function joinAll(workers: readonly Gateway[]): Promise<void> {
  const joined: Promise<void>[] = [];
  for (const [index, one] of workers.entries())
    for (const [peer, other] of workers.entries())
      if (peer > index) joined.push(...joinTwo([index, one], [peer, other]));
  await Promise.all(joined);
}

/** Links two; resolves when each has told the other what it has. */
export function joinTwo(
  [index, one]: readonly [number, Gateway],
  [peer, other]: readonly [number, Gateway],
): Promise<void>[] {
  const [near, far]: [Duplex, Duplex] = StreamEnd.pair();
  return [one.join(peer, near), other.join(index, far)];
}

/** How many workers the tests of one gateway are to run against: those that test several set it. */
export function workersUnderTest(): number {
  return Number(process.env.KITEN_WORKERS ?? 1);
}

/** A gateway of as many workers. `open` opens the one with the store. */
export async function gatewayUnderTest(
  options: StoredGatewayOptions,
  workers = workersUnderTest(),
  open = openGateway,
): Promise<Gateway> {
  return workers > 1 ? meshedGateway(options, workers, open) : open(options);
}

/** So many turns of the loop after which everything has reached every worker. */
export const meshTurns = 12;
