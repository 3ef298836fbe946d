import { parentPort, workerData } from 'node:worker_threads';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { type Credentials, enrol } from '../demo/enrol.ts';
import { readings } from '../demo/readings.ts';
import { roster } from '../demo/roster.ts';

/** What the fleet is told: where the site is, and a token for each device. */
export interface FleetOrders {
  readonly est: string;
  readonly mqtts: string;
  readonly ca: string;
  readonly tokens: Readonly<Record<string, string>>;
}

const { est, mqtts, ca, tokens } = workerData as FleetOrders;
const port = Number(mqtts.split(':')[1]);
const credentials = new Map<string, Credentials>();
const clients: MqttClient[] = [];
const timers: NodeJS.Timeout[] = [];

for (const { id, kind, everySeconds } of roster) {
  const token = tokens[id];
  if (token === undefined) continue;
  const own = await enrol(est, ca, id, token);
  credentials.set(id, own);
  const client = join(own, { clientId: id });
  const read = readings(kind, Math.random);
  const started = performance.now();
  timers.push(
    setInterval(() => {
      if (!client.connected) return;
      const values = read((performance.now() - started) / 1000);
      for (const [name, value] of Object.entries(values))
        client.publish(`d/${id}/${name}`, String(value), { qos: 1, retain: true });
    }, everySeconds * 1000),
  );
}
parentPort?.postMessage('at-work');

parentPort?.on('message', (order: string) => {
  if (order === 'stop') stop();
  else if (order === 'steal-key') useElsewhere('door-east');
  else if (order === 'probe') probe('meter-2');
});

function join(own: Credentials, options: IClientOptions): MqttClient {
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
  clients.push(client);
  return client;
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
  const client = join(stolen, { ...elsewhere, clientId: `${id}/copy` } as IClientOptions);
  client.on('connect', () => client.publish(`d/${id}/state`, 'closed', { qos: 1 }));
}

/** Malware looks around: one topic after the other that is not this device's own. */
function probe(id: string): void {
  const own = credentials.get(id);
  if (own === undefined) return;
  const client = join(own, { clientId: `${id}/update-helper` });
  client.on('connect', () => {
    for (const other of roster) if (other.id !== id) client.publish(`c/${other.id}/set`, 'open', { qos: 1 });
  });
}

function stop(): void {
  for (const timer of timers) clearInterval(timer);
  const ends = clients.map((client) => client.endAsync(true));
  Promise.allSettled(ends).then(() => parentPort?.close());
}
