// Attestation by TPM: quotes verified, measurement lists replayed, whole appraisals, and what an appraisal of a long list
// costs beyond its signature. Beside each, in the same run, what OpenSSL alone does for it. CPU time of this process.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, hash, verify } from 'node:crypto';
import {
  type AttesterState,
  appraiseEncodedEvidence,
  appraiseTpmEvidence,
  checkQuote,
  decodeCorim,
  decodeTpmEvidence,
  encodeTpmEvidence,
  findingsOf,
  replayIma,
} from '@kiten/attestation';
import { ecdsaRawToDer } from '@kiten/codec';
import { signerOf } from '@kiten/identity';
import { composeVerdict, defineProfile, deviceSubject, earClaims, signEar } from '@kiten/trust';
import { decodeTpmSignature, tpmHashOf } from '@kiten/wire';
import { goodBoot, SimulatedDevice } from '../packages/attestation/test/support/simulated-device.ts';
import { cpuSeconds, median, print } from './figure.ts';

const rounds = 7;
const sha256 = tpmHashOf(11)!;
const nonce = Buffer.from('a nonce of 32 octets for a bench');
const now = 1_900_000_000_000;
const files = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `/usr/lib/x86_64-linux-gnu/library-${from + index}.so.1`);

/** CPU seconds of one of many, the median of the rounds; a first round warms up. */
async function seconds(count: number, work: (index: number) => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const spent = await cpuSeconds(() => {
      for (let index = 0; index < count; index += 1) work(index);
    });
    if (round > 0) times.push(spent / count);
  }
  return median(times);
}

/** What `openssl speed` says of verifications with ECDSA on P-256. */
function opensslVerifications(): number {
  const out = execFileSync('openssl', ['speed', '-seconds', '1', 'ecdsap256'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [, perSecond] = /ecdsa \(nistp256\).*?([\d.]+)\s*$/m.exec(out.toString()) ?? [];
  return Number(perSecond);
}

await quotes();
await lists();
await appraisals();
await incremental();

async function quotes(): Promise<void> {
  const device = new SimulatedDevice();
  const key = device.ak.tpmKey;
  const banks = device.registers();
  const signed = Array.from({ length: 64 }, () => device.quote(nonce));
  const each = await seconds(2000, (index) => {
    if (checkQuote(signed[index % 64]!, key, nonce, banks).problem !== undefined)
      throw new Error('It holds.');
  });
  print({
    figure: 'quotes verified (ECDSA P-256, nonce, 12 registers; openssl speed: the signature alone)',
    value: 1 / each,
    unit: 'per CPU second',
    limit: opensslVerifications(),
    floor: 6000,
    goal: 10_000,
    rounds,
  });
}

async function lists(): Promise<void> {
  const device = new SimulatedDevice();
  device.measurements = files(50_000);
  const list = device.imaLog;
  const each = (await seconds(1, () => replayIma(list, sha256))) / 50_001;
  // The two digests that an entry needs, over as many octets, and nothing else.
  const [data, pair] = [Buffer.alloc(100, 1), Buffer.alloc(64, 2)];
  const bare = await seconds(50_000, () => {
    hash('sha256', data, 'binary');
    hash('sha256', pair, 'binary');
  });
  print({
    figure: 'IMA entries replayed into the SHA-256 bank (beside: the two digests of an entry)',
    value: 1 / each,
    unit: 'per CPU second',
    limit: 1 / bare,
    floor: 200_000,
    goal: 500_000,
    rounds,
  });
}

async function appraisals(): Promise<void> {
  const signer = signerOf(
    createPrivateKey(
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ),
  );
  const fleet = Array.from({ length: 32 }, () => {
    const device = new SimulatedDevice();
    device.bootEvents = [...goodBoot, ...files(40).map((data) => ({ pcr: 4, type: 0xd, data }))];
    device.measurements = files(39);
    return {
      key: device.ak.tpmKey,
      bytes: encodeTpmEvidence(device.evidence(nonce)),
      corim: device.learnCorim(),
    };
  });
  const subject = deviceSubject('pump-1');
  const profile = defineProfile({ name: 'bench', required: [] });
  const issue = (evidence: (typeof fleet)[number], images: readonly ReturnType<typeof decodeCorim>[]) => {
    const { conclusions } = appraiseEncodedEvidence(evidence.bytes, { key: evidence.key, nonce, images });
    const findings = findingsOf(conclusions, { subject, at: now, holdsUntil: now + 60_000, premises: [] });
    const verdict = composeVerdict({ subject, findings, edges: [], profile, now });
    if (verdict.status !== 'affirming') throw new Error('They are good devices.');
    return signEar(earClaims(verdict, { issuer: 'bench', developer: 'bench', build: 'bench' }), signer);
  };
  const image = decodeCorim(fleet[0]!.corim);
  const { bootLog: _boot, imaLog: _list, ...unshared } = image;
  const what = 'full appraisals: 50 boot events, 40 IMA entries, quote, EAR signed';
  const {
    quotes: [quote],
  } = decodeTpmEvidence(fleet[0]!.bytes);
  const { r, s } = decodeTpmSignature(quote!.signature) as { r: Uint8Array; s: Uint8Array };
  const der = ecdsaRawToDer(Buffer.concat([r, s]));
  const bare = await seconds(1000, () => {
    verify('sha256', quote!.message, fleet[0]!.key.key, der);
    signer.sign(quote!.message);
  });
  for (const [images, how] of [
    [[unshared], 'every log replayed'],
    [[image], 'logs as the image’s own'],
  ] as const) {
    const each = await seconds(1000, (index) => issue(fleet[index % fleet.length]!, images));
    print({
      figure: `${what}; ${how} (beside: one signature verified, one made)`,
      value: 1 / each,
      unit: 'per CPU second',
      limit: 1 / bare,
      floor: 1500,
      goal: 4000,
      rounds,
    });
  }
}

async function incremental(): Promise<void> {
  const device = new SimulatedDevice();
  device.measurements = files(100_000);
  const image = device.learn();
  const whole = device.imaLog;
  const context = { key: device.ak.tpmKey, nonce, images: [image] };
  const first = appraiseTpmEvidence(device.evidence(nonce, { offset: 0, entries: whole }), context);
  const state = first.state as AttesterState;
  device.measurements.push('/usr/lib/x86_64-linux-gnu/library-7.so.1');
  const news = { offset: whole.length, entries: device.imaLog.subarray(whole.length) };
  const bytes = encodeTpmEvidence(device.evidence(nonce, news));
  const all = await seconds(500, () => {
    const { conclusions } = appraiseEncodedEvidence(bytes, { ...context, state });
    if (!conclusions.some(({ code }) => code === 'attestation/system-approved'))
      throw new Error('It is good.');
  });
  const {
    quotes: [quote],
  } = decodeTpmEvidence(bytes);
  const { r, s } = decodeTpmSignature(quote!.signature) as { r: Uint8Array; s: Uint8Array };
  const der = ecdsaRawToDer(Buffer.concat([r, s]));
  const signature = await seconds(500, () => verify('sha256', quote!.message, context.key.key, der));
  print({
    figure:
      'appraisal of a list of 100,000 entries, one of them new, beyond the signature (beside: the signature)',
    value: (all - signature) * 1000,
    unit: 'ms',
    peer: signature * 1000,
    floor: 1,
    goal: 0.2,
    rounds,
  });
}
