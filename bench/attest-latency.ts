// What others notice while a hundred devices attest at once, each with a measurement list of 5,000 entries that is replayed
// whole: how long the gateway takes to acknowledge a message (QoS 1, MQTT over TLS), and the site's own thread to answer a
// request. Beside it the same without them. A process of its own measures, so that what makes evidence does not disturb it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get as plainGet } from 'node:http';
import { Agent, get } from 'node:https';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  decodeChallenge,
  encodeCorim,
  encodeTpmEvidence,
  learnReference,
  tpmEvidenceMediaType,
} from '@kiten/attestation';
import { encodePacket } from '@kiten/wire';
import { SimulatedDevice } from '../packages/attestation/test/support/simulated-device.ts';
import { median, print, quantile } from './figure.ts';
import { enrolled } from './support/devices.ts';
import { type Credentials, connect } from './support/mqtt.ts';
import { post } from './support/post.ts';
import { Site } from './support/site.ts';

const devices = 100;
const entries = 5000;
/** Milliseconds of each of the two phases. */
const phase = 10_000;

/** What the process that measures is told: where to knock. */
interface Door extends Credentials {
  readonly api: string;
}

if (process.send === undefined) await drive();
else process.once('message', (door: Door) => void probe(door));

async function drive(): Promise<void> {
  const golden = new SimulatedDevice([11]);
  golden.measurements = Array.from(
    { length: entries },
    (_, index) => `/usr/lib/part-${index % 700}/file-${index}`,
  );
  const { bootLog, imaLog } = golden;
  // Registers are worked out once: the device here is not what is measured.
  const quick = Object.create(golden) as SimulatedDevice;
  const registers = golden.registers();
  Object.defineProperty(quick, 'registers', { value: () => registers });
  Object.defineProperty(quick, 'bootLog', { value: bootLog });
  const about = { id: 'pump 1.0', vendor: 'Acme', model: 'pump 1.0' };
  // Without its logs, so that every list is replayed.
  const {
    bootLog: _boot,
    imaLog: _list,
    ...unshared
  } = learnReference({ ...about, banks: registers, bootLog, imaLog });
  await using site = await Site.start();
  const fleet = await enrolled(
    site,
    Array.from({ length: devices + 1 }, (_, index) => `pump-${index}`),
  );
  const [watched, ...attesting] = fleet;
  await hold(site, encodeCorim(unshared));
  await site.down();
  const store = new DatabaseSync(join(site.directory, 'site.db'));
  const insert = store.prepare('insert into attesters values (?, ?, ?, null, ?, ?)');
  const area = Buffer.from(golden.ak.publicArea);
  for (const { id } of attesting) insert.run(id, area, area, '[]', Date.now());
  store.close();
  await site.up();

  const child = fork(fileURLToPath(import.meta.url));
  const door: Door = {
    ...watched!,
    port: site.mqttPort,
    ca: site.ca,
    api: site.ready.api.replace(/\/api\/v1$/, ''),
  };
  child.send(door);
  const told = async () =>
    ((await once(child, 'message')) as [{ acknowledged: number[]; answered: number[] }])[0];
  const quiet = await told();
  const before = threadSeconds(site.pid);
  const end = performance.now() + phase;
  const appraised: number[] = [];
  const work = Promise.all(
    attesting.map(async ({ id, key, certificate: cert }) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: site.ca, key, cert });
      while (performance.now() < end) {
        const { nonce } = decodeChallenge(
          await post(site, agent, '/attest/challenge', '', new Uint8Array(0)),
        );
        const body = encodeTpmEvidence(quick.evidence(nonce, { offset: 0, entries: imaLog }));
        const answer = await post(site, agent, '/attest', tpmEvidenceMediaType, body);
        if (!answer.includes('"ear"')) throw new Error(`${id}: ${answer.toString().slice(0, 300)}`);
        appraised.push(performance.now());
      }
      agent.destroy();
    }),
  );
  const busy = await told();
  await work;
  const spent = threadSeconds(site.pid) - before;
  if (child.connected) child.disconnect();
  const rate = appraised.length / (phase / 1000);
  print({
    figure: `evidence with ${entries} entries from ${devices} devices at once`,
    value: rate,
    unit: 'per second',
  });
  print({
    figure: 'CPU time of the site’s own thread for each of them, questions of the other process included',
    value: (spent * 1000) / appraised.length,
    unit: 'ms',
    rounds: appraised.length,
  });
  for (const [name, of] of [
    ['the gateway acknowledges a message', 'acknowledged'],
    ['the site’s thread answers', 'answered'],
  ] as const) {
    print({
      figure: `${name}, while they attest (beside: quiet), median`,
      value: median(busy[of]),
      unit: 'ms',
      peer: median(quiet[of]),
      rounds: busy[of].length,
    });
    print({
      figure: `${name}, while they attest (beside: quiet), 99 %`,
      value: quantile(busy[of], 0.99),
      unit: 'ms',
      peer: quantile(quiet[of], 0.99),
      rounds: busy[of].length,
    });
  }
}

/** CPU seconds, user and system, of the first thread of a process. */
function threadSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** One image for the whole site. */
async function hold(site: Site, corim: Uint8Array): Promise<void> {
  const response = await fetch(`${site.ready.api}/references`, {
    method: 'POST',
    headers: { authorization: `Bearer ${site.operatorToken}`, 'content-type': 'application/rim+cbor' },
    body: new Uint8Array(corim),
  });
  const { digest } = (await response.json()) as { digest: string };
  await site.post(`/references/${encodeURIComponent(digest)}/assign`, { target: 'site', reason: 'bench' });
}

/** Measures twice for as long, and tells the milliseconds that things took. */
async function probe(door: Door): Promise<void> {
  const socket = await connect(door);
  for (let round = 0; round < 2; round += 1) {
    const end = performance.now() + phase;
    const [acknowledged, answered]: [number[], number[]] = [[], []];
    const messages = async () => {
      for (let packetId = 1; performance.now() < end; packetId = (packetId % 65_000) + 1) {
        const started = performance.now();
        const topic = `d/${door.id}/level`;
        socket.write(
          encodePacket(
            {
              type: 'publish',
              topic,
              qos: 1,
              packetId,
              payload: Buffer.from('7'),
              retain: false,
              dup: false,
              properties: {},
            },
            4,
          ),
        );
        await once(socket, 'data');
        acknowledged.push(performance.now() - started);
        await delay(5);
      }
    };
    const requests = async () => {
      while (performance.now() < end) {
        const started = performance.now();
        await new Promise<void>((resolve, reject) => {
          const ask = door.api.startsWith('https') ? get : plainGet;
          ask(`${door.api}/healthz`, (response) => response.resume().on('end', resolve)).on('error', reject);
        });
        answered.push(performance.now() - started);
        await delay(20);
      }
    };
    await Promise.all([messages(), requests()]);
    process.send?.({ acknowledged, answered });
  }
  socket.destroy();
}
