import { mkdir, writeFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { type Credentials, enrol } from '../demo/enrol.ts';
import type { FleetOrder, FleetOrders } from '../demo/orders.ts';
import { readings } from '../demo/readings.ts';
import { controlRoom, roster } from '../demo/roster.ts';

const { est, mqtts, ca, tokens, files } = workerData as FleetOrders;
const port = Number(mqtts.split(':')[1]);
const credentials = new Map<string, Credentials>();
/** All that are connected in the name of a device. */
const clients = new Map<string, MqttClient[]>();
const timers: NodeJS.Timeout[] = [];

for (const { id, kind, everySeconds } of roster) {
  await takePart(id, tokens[id] as string);
  const read = readings(kind, Math.random);
  const started = performance.now();
  timers.push(
    setInterval(() => {
      const client = clients.get(id)?.[0];
      if (client?.connected !== true) return;
      const values = read((performance.now() - started) / 1000);
      for (const [name, value] of Object.entries(values))
        client.publish(`d/${id}/${name}`, String(value), { qos: 1, retain: true });
    }, everySeconds * 1000),
  );
}
await takePart(controlRoom.id, tokens[controlRoom.id] as string);
watch();
parentPort?.postMessage('at-work');

parentPort?.on('message', async (order: FleetOrder) => {
  if (order.do === 'stop') stop();
  else if (order.do === 'use-elsewhere') useElsewhere(order.device);
  else if (order.do === 'probe') probe(order.device, order.topics);
  else if (order.do === 'publish-elsewhere') publishElsewhere(order.device);
  else {
    for (const client of clients.get(order.device)?.splice(0) ?? []) client.end(true);
    await takePart(order.device, order.token);
  }
});

/** Makes a key, enrols, leaves both in a folder where a person can use them, and connects. */
async function takePart(id: string, token: string): Promise<void> {
  const own = await enrol(est, ca, id, token);
  credentials.set(id, own);
  const folder = joinPath(files, id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(joinPath(folder, 'key.pem'), own.key, { mode: 0o600 });
  await writeFile(joinPath(folder, 'cert.pem'), own.certificate);
  join(id, own, { clientId: id });
}

function join(id: string, own: Credentials, options: IClientOptions): MqttClient {
  const client = connect({
    protocol: 'mqtts',
    host: 'localhost',
    port,
    protocolVersion: 5,
    keepalive: 30,
    reconnectPeriod: 5000,
    ca: own.ca,
    cert: own.certificate,
    key: own.key,
    ...options,
  });
  // Being refused is what some of these devices are here for; the site's own log tells of it.
  client.on('error', () => client.connected);
  clients.set(id, [...(clients.get(id) ?? []), client]);
  return client;
}

/** The control room reads everything, and now and then tells a pump what to keep to. */
function watch(): void {
  const [client] = clients.get(controlRoom.id) ?? [];
  client?.on('connect', () => client.subscribe('d/#', { qos: 0 }));
  const pumps = roster.filter(({ kind }) => kind === 'pump');
  for (const { id } of pumps) {
    const [pump] = clients.get(id) ?? [];
    pump?.on('connect', () => pump.subscribe(`c/${id}/#`, { qos: 1 }));
  }
  let turn = 0;
  timers.push(
    setInterval(() => {
      const { id } = pumps[turn++ % pumps.length] as (typeof pumps)[number];
      if (client?.connected === true) client.publish(`c/${id}/pressure`, '4.2', { qos: 1 });
    }, 5000),
  );
}

/** Somebody copied the key: the same credential, at the same time, from another address. */
function useElsewhere(id: string): void {
  const stolen = credentials.get(id);
  if (stolen === undefined) return;
  const elsewhere = {
    host: '127.0.0.1',
    servername: 'localhost',
    localAddress: '127.0.0.2',
  };
  const client = join(id, stolen, { ...elsewhere, clientId: `${id}/copy` } as IClientOptions);
  client.on('connect', () => client.publish(`d/${id}/state`, 'closed', { qos: 1 }));
}

/** Malware looks around: one topic after the other that is not this device's own. */
function probe(id: string, topics: number): void {
  const own = credentials.get(id);
  if (own === undefined) return;
  const others = roster.filter((other) => other.id !== id);
  const commands = ['set', 'mode', 'reset', 'limits'];
  const tried = commands.flatMap((command) => others.map((other) => `c/${other.id}/${command}`));
  const client = join(id, own, { clientId: `${id}/update-helper`, reconnectPeriod: 0 });
  client.on('connect', () => {
    for (const topic of tried.slice(0, topics)) client.publish(topic, 'open', { qos: 1 });
  });
}

/** A firmware that has another idea of where readings belong. */
function publishElsewhere(id: string): void {
  timers.push(
    setInterval(() => {
      const client = clients.get(id)?.[0];
      if (client?.connected === true) client.publish(`plant/power/${id}`, '3.4', { qos: 1 });
    }, 1000),
  );
}

function stop(): void {
  for (const timer of timers) clearInterval(timer);
  const ends = [...clients.values()].flat().map((client) => client.endAsync(true));
  Promise.allSettled(ends).then(() => parentPort?.close());
}
