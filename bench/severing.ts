// How long a device that loses its standing still has a connection, in a whole site: a process of its own, its API,
// store, log and gateway as they run in the field; the client is this process, over mutual TLS on loopback. Each of
// 200 connected devices, after 20 that warm up, is quarantined, one after the other: at rest, and while one other
// device publishes from a third process as fast as the gateway takes it.
//
// "decided": from the moment at which the site has decided and hands the change to the gateway's thread, to the
// moment at which the client sees the end of its connection. "asked": from the moment at which the operator's request
// is sent; HTTP, sign-in and policy are in it as well. Neither waits for the log: a fall is enforced first.
// Beside it, in turns with it and so under the same load: a bare thread that is told to destroy a bare TCP socket.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { print, quantile } from './figure.ts';
import { type EnrolledDevice, enrolled, sideBySide } from './support/devices.ts';
import { connect, ending } from './support/mqtt.ts';
import { Site } from './support/site.ts';

const warmUps = 20;
const count = 200;
const connectionsAtOnce = 8;
const floorAndGoal = { rest: { floor: 5, goal: 1 }, load: { floor: 50, goal: 10 } } as const;

interface Severing {
  /** Milliseconds, and so are the others. */
  readonly decided: number;
  readonly asked: number;
  readonly bare: number;
}

const teller = new URL('./support/tell-decisions.ts', import.meta.url).href;
await using site = await Site.start({ node: ['--import', teller] });
const decisions = decisionsOf(site);
const names = Array.from({ length: warmUps + count }, (_, index) => `pump-${index}`);
const [noisy, ...devices] = await enrolled(site, ['noisy', ...names]);

await using bareServer = await startBare();

report('at rest', floorAndGoal.rest, await severAll());
for (const { id } of devices) await site.post(`/devices/${id}/release`, { reason: 'once more' });
const load = await startLoad(noisy as EnrolledDevice);
report('under full load', floorAndGoal.load, await severAll());
print({ figure: 'messages taken during full load', value: await endLoad(load), unit: 'per second' });

async function severAll(): Promise<readonly Severing[]> {
  const { ca, mqttPort: port } = site;
  const sockets = await sideBySide(devices, connectionsAtOnce, (device) => connect({ ...device, ca, port }));
  const severings: Severing[] = [];
  for (const [index, { id }] of devices.entries()) {
    const end = ending(sockets[index]!);
    const decision = decisions.next(id);
    const asked = process.hrtime.bigint();
    const answered = site.post(`/devices/${id}/quarantine`, { reason: 'measured' });
    const [ended, decided] = await Promise.all([end, decision, answered]);
    severings.push({
      decided: milliseconds(decided, ended),
      asked: milliseconds(asked, ended),
      bare: await bareServer.sever(),
    });
  }
  return severings.slice(warmUps);
}

interface BareServer extends AsyncDisposable {
  /** Milliseconds from telling it to destroy a connection to seeing that it did. */
  sever(): Promise<number>;
}

async function startBare(): Promise<BareServer> {
  const worker = new Worker(new URL('./support/bare-server.ts', import.meta.url));
  const [{ port }] = (await once(worker, 'message')) as [{ port: number }];
  let index = 0;
  return {
    async sever() {
      const socket = connectTcp({ host: '127.0.0.1', port });
      await once(worker, 'message');
      const end = once(socket.resume(), 'end');
      const told = process.hrtime.bigint();
      worker.postMessage(index++);
      await end;
      return milliseconds(told, process.hrtime.bigint());
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

function report(when: string, asked: { floor: number; goal: number }, severings: readonly Severing[]): void {
  const bare = severings.map((severing) => severing.bare);
  const decidedTimes = severings.map(({ decided }) => decided);
  const askedTimes = severings.map((severing) => severing.asked);
  const line = (from: string, share: number, times: readonly number[], marks: object) =>
    print({
      figure: `${from} to closed socket, ${when}, p${share * 100}`,
      value: quantile(times, share),
      unit: 'ms',
      limit: quantile(bare, share),
      rounds: count,
      ...marks,
    });
  line('decided', 0.5, decidedTimes, {});
  line('decided', 0.99, decidedTimes, asked);
  line('asked', 0.5, askedTimes, {});
  line('asked', 0.99, askedTimes, asked);
}

/** The moments at which the site tells that it decided about a device, for whoever waits for them. */
function decisionsOf(told: Site): { next(device: string): Promise<bigint> } {
  const waiting = new Map<string, (at: bigint) => void>();
  createInterface({ input: told.told }).on('line', (line) => {
    const { device, standing, at } = JSON.parse(line) as { device: string; standing: string; at: string };
    if (standing === 'quarantined') waiting.get(device)?.(BigInt(at));
  });
  return {
    next: (device) => new Promise((resolve) => waiting.set(device, resolve)),
  };
}

async function startLoad(device: EnrolledDevice): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./support/load.ts', import.meta.url));
  const credentials = JSON.stringify({ ...device, ca: site.ca, port: site.mqttPort });
  const child = spawn(process.execPath, [program, credentials], { stdio: ['pipe', 'pipe', 'inherit'] });
  // Should it end too soon, there is no load, and no figure either.
  await Promise.race([
    once(child.stdout as Readable, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('The load ended by itself.'))),
  ]);
  return child;
}

async function endLoad(child: ChildProcess): Promise<number> {
  const last = once(child.stdout as Readable, 'data');
  child.stdin?.end();
  const [line] = (await last) as [Buffer];
  return (JSON.parse(line.toString('utf8')) as { messagesPerSecond: number }).messagesPerSecond;
}

function milliseconds(from: bigint, to: bigint): number {
  return Number(to - from) / 1e6;
}
