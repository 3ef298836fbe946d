// What a gateway holds in memory for each idle connection over mutual TLS, each subscription, each retained message and
// each that waits; and what topics and filters leave behind that were made to fill it. Resident memory of a process of its
// own, its garbage collected; beside it Mosquitto's, for the same.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { encodePacket, noProperties, type Packet } from '@kiten/wire';
import { print } from './figure.ts';
import { makeFleet } from './mqtt/fleet.ts';
import { Client } from './mqtt/generator/client.ts';
import { type Held, heldKiten, heldMosquitto } from './mqtt/servers/held.ts';
import type { Credentials, ServerSetup } from './mqtt/servers/server.ts';

const idle = 1_000;
const filtersEach = 500;
const payload = Buffer.alloc(64, 'x');
const publish = { type: 'publish', payload, dup: false, packetId: 1, properties: noProperties } as const;
const options = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;

const directory = mkdtempSync(join(tmpdir(), 'kiten-memory-'));
const fleet = makeFleet(10);
const { publishers, subscribers, identity } = fleet;
try {
  const each = await besideMosquitto(`idle mutual-TLS connection, of ${idle}`, idle, ({ ports }) =>
    connections(ports.tls),
  );
  const figure = 'idle mutual-TLS connections that the free memory of this machine would hold';
  const unit = 'connections';
  print({ figure, value: freemem() / each.value, unit, peer: freemem() / each.peer });
  for (const count of [1_000, 100_000, 1_000_000]) {
    await besideMosquitto(`subscription, of ${count}`, count, ({ ports }) =>
      subscriptions(ports.plain, count),
    );
  }
  await besideMosquitto('retained message of 64 bytes, of 100,000', 100_000, ({ ports }) =>
    publications(ports.plain, 100_000, (index) => ({ topic: `${own(0)}/r${index}`, qos: 1, retain: true })),
  );
  await besideMosquitto('message of 64 bytes that waits for a client, of 100,000', 100_000, queued);
  await hostile();
} finally {
  rmSync(directory, { recursive: true });
}

/** Both brokers anew, so that nothing of before is reused. */
async function besideMosquitto(
  what: string,
  count: number,
  fill: (held: Held) => Promise<readonly Client[]>,
): Promise<{ value: number; peer: number }> {
  const value = await bytesFor(await heldKiten(setup()), count, fill);
  const peer = await bytesFor(await heldMosquitto(setup()), count, fill);
  print({ figure: `memory of each ${what}`, value, unit: 'bytes', peer });
  return { value, peer };
}

/** Each with a directory of its own. */
function setup(): ServerSetup {
  return { ...fleet, directory: mkdtempSync(join(directory, 'broker-')) };
}

async function bytesFor(
  held: Held,
  count: number,
  fill: (held: Held) => Promise<readonly Client[]>,
): Promise<number> {
  // What is made once, for the first that comes, is no part of it.
  const first = await open(held.ports.plain, subscribers[0]!);
  const before = await held.memory();
  const clients = await fill(held);
  const after = await held.memory();
  for (const client of [...clients, first]) client.close();
  await held.stop();
  return (after - before) / count;
}

async function connections(port: number): Promise<Client[]> {
  const clients: Client[] = [];
  for (let index = 0; index < idle; index++) {
    const { id, ...rest } = publishers[index % publishers.length]!;
    const client = new Client({ port, ca: identity.ca, secured: true }, { id: `${id}/${index}`, ...rest });
    await client.open(true);
    clients.push(client);
  }
  return clients;
}

async function subscriptions(port: number, count: number): Promise<Client[]> {
  const clients = await Promise.all(subscribers.map((each) => open(port, each)));
  let made = 0;
  for (let turn = 0; made < count; turn++) {
    const filters = Array.from(
      { length: Math.min(filtersEach, count - made) },
      () => `d/device-${made % 10_000}/s${Math.floor(made++ / 10_000)}`,
    );
    const packet = { type: 'subscribe', packetId: 1, properties: noProperties } as const;
    const wanted = filters.map((filter) => ({ filter, ...options }));
    await clients[turn % clients.length]!.ask({ ...packet, subscriptions: wanted }, 0x90);
  }
  return clients;
}

/** QoS 1 messages, one behind the other and some hundred at a time. */
async function publications(
  port: number,
  count: number,
  of: (index: number) => { topic: string; qos: 1; retain: boolean },
): Promise<Client[]> {
  const client = await open(port, publishers[0]!);
  for (let sent = 0; sent < count; ) {
    const some = Array.from({ length: Math.min(200, count - sent) }, () => of(sent++));
    await answered(
      client,
      some.map((each) => ({ ...publish, ...each })),
      0x40,
    );
  }
  return [client];
}

/** For a client that subscribed and went. */
async function queued({ ports }: Held): Promise<readonly Client[]> {
  const reader = subscribers[1]!;
  const away = new Client({ port: ports.plain, ca: '', secured: false }, reader);
  await away.open(false, false);
  await away.subscribe('d/+/waits', 1);
  away.close();
  await pause(200);
  return publications(ports.plain, 100_000, () => ({ topic: `${own(0)}/waits`, qos: 1, retain: false }));
}

/** What clients leave behind that want to fill the memory: topics and filters that are never the same. */
async function hostile(): Promise<void> {
  const held = await heldKiten(setup());
  const client = await open(held.ports.plain, publishers[0]!);
  const deep = (index: number): string => `${own(0)}/${'x/'.repeat(20)}${index}`;
  // Until everything that is bounded is full.
  for (let index = 0; index < 50_000; index++) client.socket.write(encoded(deep(index)));
  await client.ask({ type: 'pingreq' }, 0xd0);
  const full = await held.memory('inUse');
  for (let index = 50_000; index < 350_000; index++) {
    if (!client.socket.write(encoded(deep(index)))) await once(client.socket, 'drain');
  }
  await client.ask({ type: 'pingreq' }, 0xd0);
  const unit = 'MB';
  const figure = 'memory that 300,000 topics more of one client take, each with 24 levels and said once';
  print({ figure, value: ((await held.memory('inUse')) - full) / 1e6, unit });
  const reader = await open(held.ports.plain, subscribers[0]!);
  const before = await held.memory('inUse');
  for (let index = 0; index < 100_000; index += filtersEach) {
    const filters = Array.from({ length: filtersEach }, (_, at) => `${deep(index + at)}/+/#`);
    const packet = { packetId: 1, properties: noProperties } as const;
    const wanted = filters.map((filter) => ({ filter, ...options }));
    await reader.ask({ ...packet, type: 'subscribe', subscriptions: wanted }, 0x90);
    await reader.ask({ ...packet, type: 'unsubscribe', filters }, 0xb0);
  }
  const left = 'memory that 100,000 filters of 26 levels leave behind, subscribed to and given up';
  print({ figure: left, value: ((await held.memory('inUse')) - before) / 1e6, unit });
  client.close();
  reader.close();
  await held.stop();
}

function own(index: number): string {
  return `d/${publishers[index]!.id}`;
}

function encoded(topic: string): Buffer {
  const { packetId: _, ...fields } = publish;
  return encodePacket({ ...fields, topic, qos: 0, retain: false }, 4);
}

async function open(port: number, credentials: Credentials): Promise<Client> {
  const client = new Client({ port, ca: '', secured: false }, credentials);
  await client.open(false);
  return client;
}

/** Sends packets, and resolves when there was an answer to each. */
function answered(client: Client, packets: readonly Packet[], answer: number): Promise<void> {
  return new Promise((resolve) => {
    let missing = packets.length;
    client.seen = (_, header) => {
      if (header === answer && --missing === 0) resolve();
    };
    client.socket.write(Buffer.concat(packets.map((packet) => encodePacket(packet, 4))));
  });
}
