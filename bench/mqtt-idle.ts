// How many idle connections over mutual TLS brokers hold at once, and the memory that each takes: opened until there are as many
// as were asked for, the files that a process may have open run out, or a connection is refused; then each is asked for a sign
// of life. Beside it Mosquitto's, for the same. Clients come from several loopback addresses.
//
// npm run bench mqtt-idle — `IDLE=n` for another number.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { print } from './figure.ts';
import { makeFleet } from './mqtt/fleet.ts';
import { Client } from './mqtt/generator/client.ts';
import { type Held, heldKiten, heldMosquitto } from './mqtt/servers/held.ts';

/** Both ends of a connection are on this machine, and the clients' ends are larger. */
const bytesEach = 400_000;
/** Files that a process has open besides. */
const otherFiles = 256;
/** Of one address to one port there are 28,000 ports to come from. */
const perAddress = 10_000;
const atOnce = 16;
/** Milliseconds for all to show that they live. */
const patience = 60_000;

const asked = Number(process.env.IDLE ?? 50_000);
const bounds = {
  'as many as were asked for': asked,
  'the files that a process may have open': openFiles() - otherFiles,
  'half of the memory that was free': Math.floor(freemem() / 2 / bytesEach),
};
const count = Math.min(...Object.values(bounds));
const [bound] = Object.entries(bounds).find(([, most]) => most === count)!;

const directory = mkdtempSync(join(tmpdir(), 'kiten-idle-'));
const fleet = makeFleet(10);
const contexts = fleet.publishers.map(({ key, certificate }) =>
  createSecureContext({ ca: fleet.identity.ca, key, cert: certificate }),
);
try {
  const setup = (name: string) => ({ ...fleet, directory: mkdtempSync(join(directory, name)) });
  const kiten = await hold(await heldKiten(setup('kiten-')));
  const mosquitto = await hold(await heldMosquitto(setup('mosquitto-')));
  print({
    figure: 'idle mutual-TLS connections held at once, each alive',
    value: kiten.alive,
    unit: 'connections',
    peer: mosquitto.alive,
    limitedBy: bound,
  });
  print({
    figure: `memory of each idle mutual-TLS connection, of ${kiten.alive}`,
    value: kiten.bytes,
    unit: 'bytes',
    peer: mosquitto.bytes,
  });
} finally {
  rmSync(directory, { recursive: true });
}

/** Of this process, and of those that it starts. */
function openFiles(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1_024);
}

async function hold(held: Held): Promise<{ alive: number; bytes: number }> {
  // What is made once, for the first that comes, is no part of it.
  const first = await opened(held, 0);
  const before = await held.memory();
  const clients: Client[] = [];
  let next = 1;
  let isRefused = false;
  const lane = async (): Promise<void> => {
    while (!isRefused && next < count) {
      const client = await opened(held, next++);
      if (client === undefined) isRefused = true;
      else clients.push(client);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const bytes = ((await held.memory()) - before) / clients.length;
  if (first !== undefined) clients.push(first);
  const alive = await living(clients);
  for (const client of clients) client.close();
  await held.stop();
  return { alive, bytes };
}

/** `undefined` if it was not let in. */
async function opened({ ports }: Held, index: number): Promise<Client | undefined> {
  const which = index % fleet.publishers.length;
  const { id, ...rest } = fleet.publishers[which]!;
  const client = new Client(
    {
      port: ports.tls,
      ca: fleet.identity.ca,
      secured: true,
      from: `127.0.0.${2 + Math.floor(index / perAddress)}`,
      context: contexts[which]!,
    },
    { id: `${id}/${index}`, ...rest },
  );
  const refused = new Promise<undefined>((resolve) => {
    client.socket.removeAllListeners('error');
    client.socket.on('error', () => resolve(undefined)).on('close', () => resolve(undefined));
  });
  return Promise.race([client.open(true).then(() => client), refused]);
}

/** How many of them answer. */
async function living(clients: readonly Client[]): Promise<number> {
  let alive = 0;
  const answers = clients.map((client) => client.ask({ type: 'pingreq' }, 0xd0).then(() => alive++));
  await Promise.race([Promise.all(answers), pause(patience)]);
  return alive;
}
