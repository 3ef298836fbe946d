// Evidence of TPMs through the whole site, per CPU second of its process (all threads): HTTPS with the device's own
// certificate in, challenge and evidence (boot log, 40 IMA entries, quote) held against one image; what is answered is
// durable in store and log and in force. Ten thousand attesters more are known meanwhile, with what is remembered of each.
// Beside it, per CPU second of this process: the appraisal alone.
import { randomBytes } from 'node:crypto';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  appraiseTpmEvidence,
  decodeChallenge,
  decodeCorim,
  decodeTpmEvidence,
  encodeAttesterState,
  encodeCorim,
  encodeTpmEvidence,
  keyOfArea,
  learnReference,
  tpmEvidenceMediaType,
} from '@kiten/attestation';
import { decodePublicArea } from '@kiten/wire';
import { SimulatedDevice } from '../packages/attestation/test/support/simulated-device.ts';
import { cpuSeconds, cpuSecondsOf, median, print } from './figure.ts';
import { type EnrolledDevice, enrolled, sideBySide } from './support/devices.ts';
import { post } from './support/post.ts';
import { Site } from './support/site.ts';

const devices = 64;
const known = 10_000;
const warmUps = 2;
const rounds = 5;
const perDevice = 4;
const perRound = devices * perDevice;

const golden = new SimulatedDevice([11]);
golden.measurements = Array.from({ length: 40 }, (_, index) => `/usr/bin/tool-${index}`);
const { bootLog, imaLog } = golden;
const corim = encodeCorim(
  learnReference({
    ...{ id: 'pump 1.0', vendor: 'Acme', model: 'pump 1.0' },
    ...{ banks: golden.registers(), bootLog, imaLog },
  }),
);

await using site = await Site.start();
const fleet = await enrolled(
  site,
  Array.from({ length: devices }, (_, index) => `pump-${index}`),
);
await hold();
await site.down();
register();
await site.up();

const agents = new Map(fleet.map(({ id, key, certificate }) => [id, agentOf(key, certificate)]));
const perCpuSecond: number[] = [];
const perSecond: number[] = [];
const alone: number[] = [];
for (let round = 0; round < warmUps + rounds; round++) {
  const before = cpuSecondsOf(site.pid);
  const started = performance.now();
  await sideBySide(fleet, 16, attest);
  const seconds = (performance.now() - started) / 1000;
  const cpu = cpuSecondsOf(site.pid) - before;
  const limit = perRound / (await cpuSeconds(appraise));
  if (round < warmUps) {
    // Nobody is asked more often than a device may.
    continue;
  }
  perCpuSecond.push(perRound / cpu);
  perSecond.push(perRound / seconds);
  alone.push(limit);
}
for (const agent of agents.values()) agent.destroy();
const about = `evidence through the site, ${known.toLocaleString('en')} attesters known`;
print({ figure: about, value: median(perCpuSecond), unit: 'per CPU second', limit: median(alone), rounds });
print({ figure: `${about}, wall clock`, value: median(perSecond), unit: 'per second', rounds });
print({ figure: `start with ${known.toLocaleString('en')} attesters`, value: site.readySeconds, unit: 's' });
await site.down();
const database = new DatabaseSync(join(site.directory, 'site.db'));
const { copies } = database.prepare('select count(*) as copies from reference_values').get() as {
  copies: number;
};
database.close();
print({ figure: 'copies of the image in the store', value: copies, unit: 'copies' });

/** One image for the whole site. */
async function hold(): Promise<void> {
  const response = await fetch(`${site.ready.api}/references`, {
    method: 'POST',
    headers: { authorization: `Bearer ${site.operatorToken}`, 'content-type': 'application/rim+cbor' },
    body: new Uint8Array(corim),
  });
  const { digest } = (await response.json()) as { digest: string };
  await site.post(`/references/${encodeURIComponent(digest)}/assign`, { target: 'site', reason: 'bench' });
}

/** Keys that speak for the devices, as an activation leaves them. */
function register(): void {
  const store = new DatabaseSync(join(site.directory, 'site.db'));
  const attester = store.prepare('insert into attesters values (?, ?, ?, null, ?, ?)');
  const state = store.prepare('insert into attester_states values (?, ?, null, ?, ?, ?)');
  const remembered = encodeAttesterState({
    ...{ resetCount: 1, restartCount: 0, clock: 1n, standing: [] },
    ima: new Map([
      [11, { rule: 'hashed', offset: 4000, entries: 40, values: new Map([[10, 'x'.repeat(32)]]) }],
    ]),
  });
  store.exec('begin');
  const area = Buffer.from(golden.ak.publicArea);
  for (const { id } of fleet) attester.run(id, area, area, '[]', Date.now());
  for (let number = 0; number < known; number++) {
    attester.run(`meter-${number}`, area, area, '[]', Date.now());
    state.run(`meter-${number}`, remembered, randomBytes(32), `sha256:${'0'.repeat(64)}`, Date.now());
  }
  store.exec('commit');
  store.close();
}

function agentOf(key: string, cert: string): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1, ca: site.ca, key, cert });
}

async function attest({ id }: EnrolledDevice): Promise<void> {
  for (let count = 0; count < perDevice; count++) {
    const agent = agents.get(id) as Agent;
    const { nonce } = decodeChallenge(await post(site, agent, '/attest/challenge', '', new Uint8Array(0)));
    golden.clock += 1n;
    const answer = await post(
      site,
      agent,
      '/attest',
      tpmEvidenceMediaType,
      encodeTpmEvidence(golden.evidence(nonce)),
    );
    if (!answer.includes('"status":"affirming"')) throw new Error(answer.toString().slice(0, 500));
  }
}

function appraise(): void {
  const nonce = randomBytes(32);
  const bytes = encodeTpmEvidence(golden.evidence(nonce));
  const key = keyOfArea(decodePublicArea(golden.ak.publicArea));
  const image = decodeCorim(corim);
  for (let count = 0; count < perRound; count++)
    appraiseTpmEvidence(decodeTpmEvidence(bytes), { key, nonce, images: [image] });
}
