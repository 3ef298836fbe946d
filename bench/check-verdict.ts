// Checking a verdict bundle: seven statements in a log of 2^20 entries, 1000 marks, a checkpoint with two witnesses.
// Cold, nothing of it is known; else all of its leaves and its checkpoint are, from another check. Beside both, in the
// same run, the ten bare signature verifications that a cold check needs. CPU time of this process.
import { createPublicKey, hash, type KeyObject, randomBytes, verify } from 'node:crypto';
import { type Cryptography, checkVerdict, knownSignatures, parseTrust } from '@kiten/checker';
import { algorithmOf } from '@kiten/codec';
import { mark } from '../packages/checker/test/support/marks.ts';
import { makePeople, trustFile } from '../packages/checker/test/support/people.ts';
import { compose, encodeBundle, now } from '../packages/checker/test/support/world.ts';
import { cpuSeconds, median, print } from './figure.ts';

const rounds = 9;
const checks = 100;

const keys = new Map<string, KeyObject>();
const cryptography: Cryptography = {
  // As a string of bytes the digest travels faster than in a Buffer made for it.
  sha256: (data) => Buffer.from(hash('sha256', data, 'binary'), 'latin1'),
  verify: (algorithm, publicKey, data, signature) => {
    const name = Buffer.from(publicKey).toString('latin1');
    let key = keys.get(name);
    if (key === undefined) {
      key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
      keys.set(name, key);
    }
    const digest = algorithmOf(algorithm).hash?.replace('-', '');
    return verify(digest, data, { key, dsaEncoding: 'ieee-p1363' }, signature);
  },
};

const people = { ...makePeople(false) };
const above = Array.from({ length: 14 }, () => randomBytes(32) as Uint8Array);
const marks = Array.from({ length: 981 }, () => mark('statement', randomBytes(32)));
const bundle = encodeBundle(compose(people, { above, marks }).parts);
const trust = parseTrust(JSON.stringify(trustFile(people)));

const signed: Parameters<Cryptography['verify']>[] = [];
await check({
  ...cryptography,
  verify: (...all) => {
    signed.push(all);
    return cryptography.verify(...all);
  },
});
const known = knownSignatures();
await check(cryptography, known);

const cold: number[] = [];
const shared: number[] = [];
const bare: number[] = [];
for (let round = 0; round <= rounds; round += 1) {
  const times = [
    await each(() => check(cryptography)),
    await each(() => check(cryptography, known)),
    await each(async () => {
      for (const one of signed)
        if (!(await cryptography.verify(...one))) throw new Error('A signature is wrong.');
    }),
  ];
  if (round === 0) continue;
  [cold, shared, bare].forEach((all, index) => {
    all.push(times[index]!);
  });
}
const what = `checking a verdict bundle of ${bundle.length} bytes`;
const limit = median(bare) * 1000;
print({ figure: `${what}, cold`, value: median(cold) * 1000, unit: 'ms', limit, floor: 10, goal: 4, rounds });
print({
  figure: `${what}, its leaves known`,
  value: median(shared) * 1000,
  unit: 'ms',
  limit,
  floor: 1,
  goal: 0.3,
  rounds,
});

/** CPU seconds of one of many. */
async function each(work: () => Promise<void>): Promise<number> {
  return (
    (await cpuSeconds(async () => {
      for (let count = 0; count < checks; count += 1) await work();
    })) / checks
  );
}

async function check(by: Cryptography, store?: ReturnType<typeof knownSignatures>): Promise<void> {
  const report = await checkVerdict(bundle, trust, { now, cryptography: by, ...(store && { known: store }) });
  if (!report.holds) throw new Error(report.message);
}
