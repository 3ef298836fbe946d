// Throughput of the gateway against the number of workers that share its port. The clients of a pair come to the same
// worker or not, as the kernel deals them out, so that of N workers 1 − 1/N of the messages cross from one to another.
// Two things are told of each number: messages a second, which depends on how many processors there are beside the
// generator, and messages per CPU second of the server, which says what crossing costs on any machine.
//
// npm run bench mqtt-workers — or some rows only: node bench/mqtt-workers.ts [row…]
// `ROUNDS=n`, `SECONDS=n` of the server's CPU time, `WORKERS=1,2,4`. `SHARE=0.15` gives each worker that much of a processor
// and no more: then the generator is none of the limits, and two cores show what more of them would (see `ProcessorShares`).
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, print } from './figure.ts';
import { makeFleet } from './mqtt/fleet.ts';
import { Generator } from './mqtt/generator/generator.ts';
import { startKiten } from './mqtt/servers/kiten.ts';
import type { Server } from './mqtt/servers/server.ts';
import { pairs } from './mqtt/table.ts';
import type { Flow, Outcome } from './mqtt/workload.ts';
import { ProcessorShares } from './support/processor-shares.ts';

const rounds = Number(process.env.ROUNDS ?? 3);
const cpuSeconds = Number(process.env.SECONDS ?? 1);
const wanted = process.argv.slice(2);
const counts = (process.env.WORKERS ?? '1,2,4').split(',').map(Number);
const share = Number(process.env.SHARE ?? 1);
/** Pairs for each worker that has a share, so that all have as much to do, and messages of a pair that are under way then: what gathers while it waits must not become a batch. */
const pairsOfShare = Math.floor(pairs.publishers / Math.max(...counts));
const windowOfPair = 2;
/** A side that has used more than this of all it could has no more to give. */
const busy = 0.9;

const rows: readonly (readonly [id: string, title: string, flow: Flow])[] = [
  ['pairs-0', '100 pairs, one packet a write, QoS 0', pairs],
  ['pairs-1', '100 pairs, one packet a write, QoS 1', { ...pairs, qos: 1 }],
  ['pairs-tls', '100 pairs, one packet a write, QoS 0, mutual TLS', { ...pairs, secured: true }],
  ['batch-0', '100 pairs, 32 packets a write, QoS 0', { ...pairs, batch: 32, window: 16_384 }],
];

const directory = mkdtempSync(join(tmpdir(), 'kiten-workers-'));
const fleet = makeFleet(100);
const generator = new Generator();
const servers = new Map<number, Server>();
const shares = new ProcessorShares(share);
try {
  for (const workers of counts) {
    const own = mkdtempSync(join(directory, `${workers}-`));
    const server = await startKiten({ ...fleet, directory: own, workers });
    servers.set(workers, server);
    if (share === 1) continue;
    // What they do until then tells which threads are the workers.
    await run(server, workers, pairs);
    shares.limitBusiest(server.pid, workers);
  }
  for (const [id, title, flow] of rows)
    if (wanted.length === 0 || wanted.includes(id)) report(title, await inTurns(flow));
} finally {
  for (const server of servers.values()) await server.stop();
  await generator.stop();
  await shares.remove();
  rmSync(directory, { recursive: true });
}

/** Every number of workers in each round. */
async function inTurns(flow: Flow): Promise<ReadonlyMap<number, Outcome[]>> {
  const outcomes = new Map<number, Outcome[]>(counts.map((workers) => [workers, []]));
  for (let round = 0; round < rounds; round++)
    for (const [workers, server] of servers) outcomes.get(workers)!.push(await run(server, workers, flow));
  return outcomes;
}

/** Each worker has its code compiled by itself: what one takes to warm up and be measured, each of them does. */
function run({ pid, ports, ended }: Server, workers: number, workload: Flow): Promise<Outcome> {
  const port = workload.secured ? ports.tls : ports.plain;
  const some = pairsOfShare * workers;
  const flow =
    share === 1
      ? workload
      : { ...workload, publishers: some, subscribers: some, window: some * windowOfPair * workload.batch };
  const { identity, publishers, subscribers } = fleet;
  const lasting = { warmupCpuSeconds: 0.7 * workers, cpuSeconds: cpuSeconds * workers, longestSeconds: 30 };
  return generator.run(
    { workload: flow, port, pid, ca: identity.ca, publishers, subscribers, ...lasting },
    ended,
  );
}

function report(title: string, outcomes: ReadonlyMap<number, Outcome[]>): void {
  const one = outcomes.get(counts[0]!)!;
  for (const [workers, each] of outcomes) {
    const figure = `${title}: ${workers === 1 ? '1 worker' : `${workers} workers`}`;
    print({
      figure,
      value: median(each.map(({ done, seconds }) => done / seconds)),
      unit: 'messages per second',
      peer: median(one.map(({ done, seconds }) => done / seconds)),
      rounds: each.length,
      limitedBy: limitOf(workers, each),
    });
    print({
      figure,
      value: median(each.map(perCpuSecond)),
      unit: 'messages per CPU second',
      peer: median(one.map(perCpuSecond)),
      rounds: each.length,
    });
  }
}

function perCpuSecond({ done, serverCpuSeconds }: Outcome): number {
  return done / serverCpuSeconds;
}

/** How many processors each side used, and which of them had no more to give. */
function limitOf(workers: number, outcomes: readonly Outcome[]): string {
  const server = median(outcomes.map(({ serverCpuSeconds, seconds }) => serverCpuSeconds / seconds));
  const own = median(outcomes.map(({ generatorCpuSeconds, seconds }) => generatorCpuSeconds / seconds));
  const all = availableParallelism();
  const side =
    own > busy
      ? 'generator'
      : server > busy * workers * share
        ? 'server'
        : server + own > busy * all
          ? 'processors'
          : 'neither side';
  const each = share === 1 ? '' : `, ${share} for each worker`;
  return `${side} (server ${server.toFixed(2)}, generator ${own.toFixed(2)} of ${all} processors${each})`;
}
