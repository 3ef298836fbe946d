// Ten minutes of everything at once against one gateway with a session store, and how much memory it holds meanwhile:
// every QoS in both versions, retained messages, wills, takeovers, clients that come and go by the dozen, groups whose
// members change, a client that hardly reads, and sessions that are away most of the time. A JSON line per sample, taken
// after a full collection of garbage, and at the end the slope of a line through all but the first fifth of them.
//
// `SOAK_SECONDS=n` makes it shorter or longer. The directory for the store may be given as the first argument.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuSecondsOf, median, print } from './figure.ts';
import { soakActors } from './support/soak-actors.ts';

const seconds = Number(process.env.SOAK_SECONDS ?? 600);
const every = 5;
const program = fileURLToPath(new URL('./support/gateway.ts', import.meta.url));

interface Sample {
  /** Since the start. */
  readonly seconds: number;
  readonly heapUsed: number;
  readonly arrayBuffers: number;
  readonly memory: number;
  readonly received: number;
  readonly sent: number;
  readonly connects: number;
  readonly sessions: number;
  readonly queuedMessages: number;
  readonly storeBytes: number;
}

const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kiten-soak-'));
try {
  await soak();
} finally {
  rmSync(directory, { recursive: true });
}

async function soak(): Promise<void> {
  // Short lives and small queues: whatever is to be forgotten is forgotten many times over.
  const limits = {
    sessionExpiry: 10,
    queuedMessages: 5_000,
    systemInterval: 1_000,
    statisticsInterval: 1_000,
  };
  const child = spawn(process.execPath, ['--expose-gc', program, directory, JSON.stringify(limits)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout as Readable });
  const [port] = (await once(lines, 'line')) as [string];
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const isOver = (): boolean => elapsed() > seconds || child.exitCode !== null;
  const actors = soakActors(Number(port), isOver);
  const samples: Sample[] = [];
  while (!isOver()) {
    await pause(every * 1000);
    const sample = { seconds: Math.round(elapsed()), ...(await tell(child, lines)) };
    samples.push(sample);
    console.log(JSON.stringify({ sample: shown(sample) }));
  }
  await actors;
  if (child.exitCode !== null) throw new Error('The gateway ended.');
  report(samples, cpuSecondsOf(child.pid as number));
  child.stdin?.end();
  await once(child, 'exit');
}

async function tell(child: ChildProcess, lines: Interface): Promise<Omit<Sample, 'seconds'>> {
  const line = once(lines, 'line');
  child.stdin?.write('\n');
  const [text] = (await line) as [string];
  return JSON.parse(text) as Sample;
}

function shown(sample: Sample): Record<string, number> {
  const { heapUsed, arrayBuffers, memory, storeBytes, ...counts } = sample;
  const { received, sent, connects, sessions, queuedMessages } = counts;
  const megabytes = (bytes: number): number => Math.round(bytes / 1e4) / 100;
  return {
    seconds: sample.seconds,
    heap: megabytes(heapUsed),
    buffers: megabytes(arrayBuffers),
    resident: megabytes(memory),
    store: megabytes(storeBytes),
    ...{ received, sent, connects, sessions, queuedMessages },
  };
}

function report(samples: readonly Sample[], cpuSeconds: number): void {
  const settled = samples.slice(Math.floor(samples.length / 5));
  const last = settled.at(-1) as Sample;
  const rounds = settled.length;
  const growth = (of: (sample: Sample) => number): number => (slope(settled, of) * 60) / 1000;
  print({ figure: 'soak: messages that came in', value: last.received / last.seconds, unit: 'per second' });
  print({ figure: 'soak: messages that went out', value: last.sent / last.seconds, unit: 'per second' });
  print({ figure: 'soak: connections that came', value: last.connects / last.seconds, unit: 'per second' });
  print({ figure: 'soak: CPU of the gateway', value: cpuSeconds / last.seconds, unit: 's per second' });
  print({
    figure: 'soak: heap in use',
    value: median(settled.map(({ heapUsed }) => heapUsed)) / 1e6,
    unit: 'MB',
    rounds,
  });
  print({
    figure: 'soak: growth of the heap in use',
    value: growth(({ heapUsed, arrayBuffers }) => heapUsed + arrayBuffers),
    unit: 'kB per minute',
    rounds,
  });
  print({
    figure: 'soak: growth of resident memory',
    value: growth(({ memory }) => memory),
    unit: 'kB per minute',
    rounds,
  });
}

/** Bytes a second, of the line with the least squared distance. */
function slope(samples: readonly Sample[], of: (sample: Sample) => number): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const time = mean(samples.map((sample) => sample.seconds));
  const level = mean(samples.map(of));
  let above = 0;
  let below = 0;
  for (const sample of samples) {
    above += (sample.seconds - time) * (of(sample) - level);
    below += (sample.seconds - time) ** 2;
  }
  return above / below;
}
