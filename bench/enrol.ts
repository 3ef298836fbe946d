// EST enrolments per CPU second of the site's process (all threads), over 16 kept-alive TLS connections. Each has a
// key, a request and a one-time token of its own, prepared before; the site checks, signs, stores, logs, and both
// store and log are synced before it answers. Beside it, in the same run and per CPU second too, what is left if all
// of that cost nothing but the cryptography and one synced insert: one P-256 verification, one signature, one row.
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { cpuSeconds, cpuSecondsOf, median, print } from './figure.ts';
import { enrol, enrolmentAgent, enrolmentConnections, prepare, sideBySide } from './support/devices.ts';
import { Site } from './support/site.ts';

const warmUps = 2;
const rounds = 5;
const perRound = 400;
/** With a folder as the argument: the site's CPU profiles, one for each thread, are left there. */
const profile = process.argv[2];

await using site = await Site.start(
  profile === undefined ? {} : { node: ['--cpu-prof', `--cpu-prof-dir=${profile}`] },
);
const agent = enrolmentAgent(site);
const bare = openBare();
const perCpuSecond: number[] = [];
const perSecond: number[] = [];
const limits: number[] = [];

for (let round = 0; round < warmUps + rounds; round++) {
  const ids = Array.from({ length: perRound }, (_, index) => `pump-${round}-${index}`);
  const devices = await prepare(site, ids);
  const before = cpuSecondsOf(site.pid);
  const started = performance.now();
  await sideBySide(devices, enrolmentConnections, (device) => enrol(site, agent, device));
  const seconds = (performance.now() - started) / 1000;
  const cpu = cpuSecondsOf(site.pid) - before;
  const limit = perRound / (await cpuSeconds(bare));
  // The connections are open by then, and the code is compiled.
  if (round < warmUps) continue;
  perCpuSecond.push(perRound / cpu);
  perSecond.push(perRound / seconds);
  limits.push(limit);
}
agent.destroy();

print({
  figure: 'EST enrolments, 16 kept-alive connections',
  value: median(perCpuSecond),
  unit: 'per CPU second',
  limit: median(limits),
  floor: 400,
  goal: 1000,
  rounds,
});
print({
  figure: 'EST enrolments, 16 kept-alive connections, wall clock',
  value: median(perSecond),
  unit: 'per second',
  rounds,
});

function openBare(): () => void {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const request = Buffer.alloc(400, 0x30);
  const proof = sign('sha256', request, privateKey);
  const database = new DatabaseSync(join(site.directory, 'bare.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE bare (der BLOB)');
  const insert = database.prepare('INSERT INTO bare VALUES (?)');
  return () => {
    for (let count = 0; count < perRound; count++) {
      if (!verify('sha256', request, publicKey, proof)) throw new Error('A good signature did not verify.');
      insert.run(Buffer.concat([request, sign('sha256', request, privateKey)]));
    }
  };
}
