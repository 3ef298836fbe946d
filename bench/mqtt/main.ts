// MQTT brokers side by side: Kiten with everything switched on that makes it a checkpoint, Mosquitto and Aedes bare.
// Each row is measured in rounds in which all servers have their turn; what counts is messages per CPU second of the
// server (/proc/PID/stat, user and system, all threads), and the ratio to Mosquitto is the median of the rounds'. The
// machine may be busy: ratios within a round hold all the same.
//
// npm run bench mqtt — or some rows only: node bench/mqtt/main.ts [row…]
// `ROUNDS=n`, `SECONDS=n` of the server's CPU time for each measurement, `SERVERS=kiten,mosquitto` to leave one out.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantile } from '../figure.ts';
import { makeFleet } from './fleet.ts';
import { Generator } from './generator/generator.ts';
import { perCpuSecond, printLatency, printRow, printVerdicts } from './report.ts';
import { startAedes } from './servers/aedes.ts';
import { startKiten } from './servers/kiten.ts';
import { startMosquitto } from './servers/mosquitto.ts';
import type { Server } from './servers/server.ts';
import { besideVerdicts, paced, rows } from './table.ts';
import type { Outcome, Workload } from './workload.ts';

const starters = { kiten: startKiten, mosquitto: startMosquitto, aedes: startAedes };
type Name = keyof typeof starters;

const rounds = Number(process.env.ROUNDS ?? 5);
const cpuSeconds = Number(process.env.SECONDS ?? 1);
const warmupCpuSeconds = 0.5;
const longestSeconds = 15;
/** Latency is measured in many short rounds: what else the machine does then meets all servers alike. */
const pacedSeconds = 1;
const pacedRounds = 3 * rounds;
const wanted = process.argv.slice(2);
const names = (process.env.SERVERS ?? 'kiten,mosquitto,aedes').split(',') as Name[];

const directory = mkdtempSync(join(tmpdir(), 'kiten-mqtt-'));
const fleet = makeFleet(100);
const generator = new Generator();
const servers = new Map<string, Server>();
try {
  for (const name of names) await start(name);
  for (const row of rows) {
    if (isWanted(row.id)) printRow(row, await inTurns((server) => run(server, row.workload)));
  }
  if (isWanted('latency'))
    printLatency('plain', await inTurns((server) => latency(server, false), pacedRounds));
  if (isWanted('latency-tls'))
    printLatency('mutual TLS', await inTurns((server) => latency(server, true), pacedRounds));
  if (isWanted('verdicts')) await verdicts();
} finally {
  for (const server of servers.values()) await server.stop();
  await generator.stop();
  rmSync(directory, { recursive: true });
}

function isWanted(id: string): boolean {
  return wanted.length === 0 || wanted.includes(id);
}

async function start(name: Name): Promise<void> {
  const own = mkdtempSync(join(directory, name));
  const { identity, members } = fleet;
  servers.set(name, await starters[name]({ identity, members, directory: own }));
}

/** Every server in each round. One that ends of itself under the load has no outcome, and is started anew. */
async function inTurns<T>(
  measure: (server: Server) => Promise<T>,
  turns = rounds,
): Promise<Map<string, T[]>> {
  const outcomes = new Map<string, T[]>(names.map((name) => [name, []]));
  const ended = new Set<string>();
  for (let round = 0; round < turns; round++) {
    for (const name of names.filter((each) => !ended.has(each))) {
      const server = servers.get(name)!;
      const measured = measure(server);
      const isOver = await Promise.race([measured.then(() => true), server.ended.then(() => false)]);
      if (isOver) {
        outcomes.get(name)!.push(await measured);
        continue;
      }
      measured.catch(() => undefined);
      outcomes.set(name, []);
      ended.add(name);
      await start(name);
    }
  }
  return outcomes;
}

/** Milliseconds that 99 of 100 messages take at most. */
async function latency(server: Server, secured: boolean): Promise<number> {
  const { latencies } = await run(server, { ...paced, secured });
  return quantile([...latencies!], 0.99);
}

/** How much of the throughput is left while verdicts change all over the fleet. */
async function verdicts(): Promise<void> {
  const kiten = servers.get('kiten');
  if (kiten?.verdictChanges === undefined) return;
  const lost: number[] = [];
  for (let round = 0; round < 2 * rounds; round++) {
    const still = await run(kiten, besideVerdicts);
    kiten.verdictChanges(100);
    const beside = await run(kiten, besideVerdicts);
    kiten.verdictChanges(0);
    lost.push(100 * (1 - perCpuSecond(beside) / perCpuSecond(still)));
  }
  printVerdicts(lost);
}

function run({ pid, ports, ended }: Server, workload: Workload): Promise<Outcome> {
  const isSecured = workload.kind === 'connects' || workload.secured;
  const { publishers, subscribers, identity } = fleet;
  const port = isSecured ? ports.tls : ports.plain;
  const clients = { ca: identity.ca, publishers, subscribers };
  const longest = workload.kind === 'pace' ? pacedSeconds : longestSeconds;
  const lasting = { warmupCpuSeconds, cpuSeconds, longestSeconds: longest };
  return generator.run({ workload, port, pid, ...clients, ...lasting }, ended);
}
