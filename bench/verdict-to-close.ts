/**
 * From a verdict to the closed socket, as the client sees it: the change is handed to the gateway worker, the client
 * waits for the end of its connection. At rest, and while another thread sends as fast as the gateway takes it.
 * The limit in the same run is a worker that does nothing but destroy a TLS socket when told to.
 *
 * `VERDICTS=n` sets the number of rounds.
 */
import { connect as connectTls, createServer, type TLSSocket } from 'node:tls';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type GatewayEvent, gatewayClient, type ReplicaDevice, type TlsMaterial } from '@kiten/gateway';
import { encodePacket, noProperties } from '@kiten/wire';
import { Authority, type Identity } from '../packages/gateway/test/support/authority.ts';
import { device, standardPolicies, trustDomain } from '../packages/gateway/test/support/harness.ts';
import { median, print, quantile } from './figure.ts';

const rounds = Number(process.env['VERDICTS'] ?? 200);
const senders = 8;
const batch = 64;

interface Role {
  readonly role: 'bare' | 'load';
  readonly tls: TlsMaterial;
  readonly port: number;
  readonly identity: Identity;
}

const role = workerData as Role | null;
if (isMainThread) await main();
else if (role?.role === 'bare') destroyOnRequest(role);
else if (role?.role === 'load') saturate(role);

async function main(): Promise<void> {
  const authority = new Authority();
  const tls = authority.tls(authority.server());
  const victim = authority.device('pump-1');
  const busy = authority.device('load');

  const limits = await measureLimit({ role: 'bare', tls, port: 0, identity: victim });

  const events = new Set<(event: GatewayEvent) => void>();
  const worker = new Worker(new URL('../packages/gateway/test/support/worker.ts', import.meta.url), {
    workerData: { trustDomain, limits: { stalenessBound: 0, connectsPerDevice: 1_000_000 } },
  });
  const gateway = gatewayClient(worker, (event) => {
    for (const listener of events) listener(event);
  });
  let sequence = 0;
  const set = (each: ReplicaDevice): void =>
    gateway.apply({ sequence: ++sequence, kind: 'device', device: each });
  gateway.apply({ sequence: ++sequence, kind: 'policies', policies: standardPolicies });
  gateway.apply({ sequence: ++sequence, kind: 'tls', tls });
  set(device('pump-1'));
  set(device('load', { groups: ['observers'] }));
  const { port } = await gateway.listen({ kind: 'tls', host: '127.0.0.1', port: 0 });

  const fall = async (): Promise<number> => {
    set(device('pump-1'));
    const client = await connected(port, tls.ca, victim, 'pump-1');
    const closed = new Promise((resolve) => client.once('close', resolve));
    const start = performance.now();
    set(device('pump-1', { standing: 'quarantined' }));
    await closed;
    return performance.now() - start;
  };

  printTimes('verdict to closed socket, idle', await measure(fall), limits, { floor: 5, goal: 1 });
  const load = new Worker(new URL(import.meta.url), {
    workerData: { role: 'load', tls, port, identity: busy },
  });
  await new Promise((resolve) => load.once('message', resolve));
  const before = await statistics(events);
  const from = performance.now();
  printTimes('verdict to closed socket, full load', await measure(fall), limits, { floor: 50, goal: 10 });
  const after = await statistics(events);
  const seconds = (performance.now() - from) / 1000;
  const value = (after.received - before.received) / seconds;
  print({ figure: 'messages judged during full load', value, unit: 'per second' });
  await load.terminate();
  await gateway.close();
  await worker.terminate();
}

async function measureLimit(data: Role): Promise<number[]> {
  const bare = new Worker(new URL(import.meta.url), { workerData: data });
  const port = await new Promise<number>((resolve) => bare.once('message', resolve));
  const times = await measure(async () => {
    const client = await connected(port, data.tls.ca, data.identity, 'pump-1');
    const closed = new Promise((resolve) => client.once('close', resolve));
    const start = performance.now();
    bare.postMessage('destroy');
    await closed;
    return performance.now() - start;
  });
  await bare.terminate();
  return times;
}

/** Takes TLS clients, answers their first bytes, and destroys them on request. */
function destroyOnRequest({ tls }: Role): void {
  const sockets = new Set<TLSSocket>();
  const server = createServer(
    { key: tls.key, cert: tls.certificate, ca: tls.ca, requestCert: true, noDelay: true },
    (socket) => {
      sockets.add(socket);
      socket.on('error', () => sockets.delete(socket));
      socket.once('data', () => socket.write(Buffer.from('20020000', 'hex')));
    },
  );
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as { port: number }).port));
  parentPort?.on('message', () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  });
}

/** Publishes in batches as fast as the gateway takes them, and subscribes to what it publishes. */
async function saturate({ tls, port, identity }: Role): Promise<void> {
  const subscriber = await connected(port, tls.ca, identity, 'load/subscriber');
  const options = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
  const subscriptions = [{ filter: 'd/load/#', ...options }];
  subscriber.write(
    encodePacket({ type: 'subscribe', packetId: 1, subscriptions, properties: noProperties }, 4),
  );
  subscriber.resume();
  const publish = {
    type: 'publish',
    topic: 'd/load/t',
    payload: Buffer.alloc(64, 'x'),
    qos: 0,
    retain: false,
    dup: false,
    properties: noProperties,
  } as const;
  const bytes = Buffer.concat(Array.from({ length: batch }, () => encodePacket(publish, 4)));
  for (let index = 0; index < senders; index++) {
    const socket = await connected(port, tls.ca, identity, `load/${index}`);
    const send = (): void => {
      while (socket.write(bytes));
    };
    socket.on('drain', send);
    send();
  }
  parentPort?.postMessage('ready');
}

function connected(port: number, ca: string, identity: Identity, clientId: string): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port, ca, cert: identity.certificate, key: identity.key });
  socket.setNoDelay(true);
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.once('data', () => resolve(socket.resume()));
    socket.once('secureConnect', () => {
      const connect = {
        type: 'connect',
        version: 4,
        clientId,
        cleanStart: true,
        keepAlive: 0,
        properties: noProperties,
      } as const;
      socket.write(encodePacket(connect, 4));
    });
  });
}

/** Milliseconds of each round, the first ones left out. */
async function measure(once: () => Promise<number>): Promise<number[]> {
  for (let round = 0; round < 20; round++) await once();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await once());
  return times;
}

function printTimes(
  figure: string,
  times: readonly number[],
  limits: readonly number[],
  marks: { floor: number; goal: number },
): void {
  const unit = 'ms';
  print({ figure: `${figure}, median`, value: median(times), unit, limit: median(limits), rounds });
  print({
    figure: `${figure}, p99`,
    value: quantile(times, 0.99),
    unit,
    limit: quantile(limits, 0.99),
    rounds,
    ...marks,
  });
}

function statistics(events: Set<(event: GatewayEvent) => void>): Promise<{ received: number }> {
  return new Promise((resolve) => {
    const listener = (event: GatewayEvent): void => {
      if (event.kind !== 'statistics') return;
      events.delete(listener);
      resolve(event.statistics);
    };
    events.add(listener);
  });
}
