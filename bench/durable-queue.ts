// What it costs to lose nothing: QoS 1 messages that clients that are away will get, each acknowledged only when it is
// on the disk; a backlog of a million of them; live traffic beside it; and the start of a gateway that finds it. The
// gateway runs in a process of its own with one thread, the clients in this one. One JSON line per figure; give a
// directory on the disk to be measured as the first argument.
//
// Beside the durable figures, measured in the same run: what the disk takes at best of records of that size, written
// front to back; and, for one message at a time, how often it can be written to and synced.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { cpuSecondsOf, median, print, quantile } from './figure.ts';
import { bareBandwidth, bareSyncs } from './support/bare-disk.ts';
import { connected, publish, subscribe, take } from './support/durable-clients.ts';

const rounds = 5;
const publishers = 4;
const window = 256;
const payloadBytes = 100;
const backlog = 1_000_000;
const program = fileURLToPath(new URL('./support/gateway.ts', import.meta.url));
const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kiten-bench-'));

interface Told {
  readonly queuedMessages: number;
  readonly storeBytes: number;
  readonly memory: number;
}

/** A gateway on the directory, and what it says of itself. */
class Gateway {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  private constructor(child: ChildProcess, lines: Interface, port: number) {
    this.#child = child;
    this.#lines = lines;
    this.port = port;
  }

  static async start(name = 'sessions'): Promise<Gateway> {
    const child = spawn(process.execPath, [program, join(directory, name)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout as Readable });
    const [port] = (await once(lines, 'line')) as [string];
    return new Gateway(child, lines, Number(port));
  }

  async tell(): Promise<Told> {
    const line = once(this.#lines, 'line');
    this.#child.stdin?.write('\n');
    const [text] = (await line) as [string];
    return JSON.parse(text) as Told;
  }

  get cpuSeconds(): number {
    return cpuSecondsOf(this.#child.pid ?? 0);
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await exited;
  }
}

async function measure(): Promise<void> {
  const bare = await Gateway.start();
  const startOfNothing = await startSeconds(bare);
  let gateway = await Gateway.start();
  await away(gateway.port, ['away']);
  await oneAtATime(gateway);
  await manyAtOnce(gateway, 'one session that is away');
  const before = await gateway.tell();
  await publishAll(gateway.port, backlog - before.queuedMessages);
  const after = await gateway.tell();
  if (after.queuedMessages !== backlog) throw new Error(`${after.queuedMessages} messages wait.`);
  print({
    figure: 'memory that a million waiting messages take',
    value: (after.memory - before.memory) / 1e6,
    unit: 'MB',
    limit: after.storeBytes / 1e6,
  });
  await liveBeside(gateway);
  print({
    figure: 'start with a million waiting messages',
    value: await startSeconds(gateway),
    unit: 's',
    limit: startOfNothing,
    floor: 5,
    goal: 2,
  });
  gateway = await Gateway.start();
  await drained(gateway);
  await away(
    gateway.port,
    Array.from({ length: 100 }, (_, index) => `away-${index}`),
  );
  await manyAtOnce(gateway, '100 sessions that are away', 20_000);
  await gateway.stop();
}

/** Clients that subscribe to everything and go. */
async function away(port: number, clients: readonly string[]): Promise<void> {
  for (const clientId of clients) {
    const socket = await connected(port, clientId, false);
    await subscribe(socket, 'queue/#', 1);
    socket.destroy();
  }
}

async function publishAll(port: number, count: number): Promise<void> {
  const one = async (index: number): Promise<void> => {
    const socket = await connected(port, `publisher-${index}`, true);
    const topic = `queue/${index}`;
    const mine = Math.floor(count / publishers) + (index < count % publishers ? 1 : 0);
    if (mine > 0) await publish(socket, { topic, bytes: payloadBytes, count: mine, window });
    socket.destroy();
  };
  await Promise.all(Array.from({ length: publishers }, (_, index) => one(index)));
}

async function manyAtOnce(gateway: Gateway, where: string, count = 100_000): Promise<void> {
  const rates: number[] = [];
  const perCpu: number[] = [];
  const limits: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = await gateway.tell();
    const cpu = gateway.cpuSeconds;
    const seconds = await timed(() => publishAll(gateway.port, count));
    rates.push(count / seconds);
    perCpu.push(count / (gateway.cpuSeconds - cpu));
    const after = await gateway.tell();
    limits.push(bareBandwidth(directory) / ((after.storeBytes - before.storeBytes) / count));
  }
  print({
    figure: `durable QoS 1 messages into ${where}`,
    value: median(rates),
    unit: 'per second',
    limit: median(limits),
    floor: 20_000,
    goal: 100_000,
    rounds,
  });
  print({
    figure: `durable QoS 1 messages into ${where}`,
    value: median(perCpu),
    unit: 'per CPU second',
    rounds,
  });
}

/** One publisher that waits for each acknowledgement. */
async function oneAtATime(gateway: Gateway): Promise<void> {
  const count = 2_000;
  const rates: number[] = [];
  const limits: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const socket = await connected(gateway.port, 'single', true);
    const options = { topic: 'queue/single', bytes: payloadBytes, count, window: 1 };
    rates.push(count / (await timed(() => publish(socket, options))));
    socket.destroy();
    limits.push(bareSyncs(directory, 500));
  }
  print({
    figure: 'durable QoS 1 messages, one at a time',
    value: median(rates),
    unit: 'per second',
    limit: median(limits),
    rounds,
  });
}

/** In turns with a gateway for which nothing waits, so that both are measured under the same load. */
async function liveBeside(loaded: Gateway): Promise<void> {
  const idle = await Gateway.start('nothing');
  const beside: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < 2 * rounds; round++) {
    alone.push(await liveTraffic(idle));
    beside.push(await liveTraffic(loaded));
  }
  await idle.stop();
  print({
    figure: 'live QoS 1 messages beside a million that wait; the peer has nothing that waits',
    value: median(beside),
    unit: 'per second',
    peer: median(alone),
    rounds: 2 * rounds,
  });
}

/** From one clean session to another, with QoS 1 all the way. @returns messages a second */
async function liveTraffic(gateway: Gateway): Promise<number> {
  const count = 100_000;
  const { reader, writer } = await livePair(gateway);
  const options = { topic: 'live/x', bytes: payloadBytes, count, window };
  const taken = take(reader, count);
  const seconds = await timed(() => Promise.all([publish(writer, options), taken]));
  reader.destroy();
  writer.destroy();
  return count / seconds;
}

async function livePair(gateway: Gateway): Promise<{ reader: Socket; writer: Socket }> {
  const reader = await connected(gateway.port, 'live-reader', true);
  await subscribe(reader, 'live/#', 1);
  return { reader, writer: await connected(gateway.port, 'live-writer', true) };
}

/** Milliseconds from publishing one live message to having it, again and again until the work is done. */
async function liveLatencies(gateway: Gateway, work: Promise<unknown>): Promise<number[]> {
  const { reader, writer } = await livePair(gateway);
  const options = { topic: 'live/x', bytes: payloadBytes, count: 1, window: 1 };
  const latencies: number[] = [];
  let isOver = false;
  void work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const taken = take(reader, 1);
    const published = publish(writer, options);
    latencies.push((await timed(() => taken)) * 1000);
    await published;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  reader.destroy();
  writer.destroy();
  return latencies;
}

/** The client that was away comes back and takes it all. */
async function drained(gateway: Gateway): Promise<void> {
  const pause = new Promise((resolve) => setTimeout(resolve, 2_000));
  const rest = quantile(await liveLatencies(gateway, pause), 0.99);
  const socket = await connected(gateway.port, 'away', false);
  const work = timed(() => take(socket, backlog));
  const latencies = await liveLatencies(gateway, work);
  print({
    figure: 'waiting messages brought to their client',
    value: backlog / (await work),
    unit: 'per second',
  });
  print({
    figure: 'a live QoS 1 message while they are, p99; beside it at rest',
    value: quantile(latencies, 0.99),
    unit: 'ms',
    limit: rest,
    rounds: latencies.length,
  });
  socket.destroy();
  // What nobody needs any more is cleared away by and by.
  for (let look = 0; look < 100 && (await gateway.tell()).storeBytes > 50e6; look++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { storeBytes } = await gateway.tell();
  print({ figure: 'disk that is left of it', value: storeBytes / 1e6, unit: 'MB' });
}

/** Stops the gateway and starts it anew, until it answers. @returns the median of the starts */
async function startSeconds(running: Gateway): Promise<number> {
  let gateway = running;
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    await gateway.stop();
    times.push(
      await timed(async () => {
        gateway = await Gateway.start();
      }),
    );
  }
  await gateway.stop();
  return quantile(times, 0.5);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

try {
  await measure();
} finally {
  rmSync(directory, { recursive: true });
}
