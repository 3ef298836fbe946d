/**
 * What it costs to derive a verdict with its proof: the statements are read, the rules compiled, and one device has five
 * findings; beside it none, and eighty, about as many as one statement can count. What comes before and after is shown
 * apart: reading a statement, signing the verdict, encoding the bundle. CPU time, median of rounds.
 */
import { generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import type { Sha256, Signer } from '@kiten/codec';
import {
  type Atom,
  appointmentFacts,
  type BundleLeaf,
  claimNames,
  compileRules,
  composeVerdict,
  type DerivationLeaf,
  defineProfile,
  deriveVerdict,
  deviceSubject,
  encodeBundle,
  encodeRuleSet,
  type Finding,
  findingFacts,
  readUnverifiedFacts,
  ruleSetDigest,
  type SignedFacts,
  signFacts,
  type VerdictSources,
  verdictFacts,
  verdictRules,
} from '@kiten/trust';
import { cpuSeconds, median, print } from './figure.ts';

const rounds = 9;
const now = 1_900_000_000_000;
const sha256: Sha256 = (data) => hash('sha256', data, 'buffer');
const subject = deviceSubject('pump-1');
const profile = defineProfile({ name: 'field', required: ['hardware', 'instance-identity'] });
const rules = compileRules(verdictRules);

interface Party {
  readonly signer: Signer;
  readonly keyId: Uint8Array;
  readonly privateKey: KeyObject;
}

function party(): Party {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const signer: Signer = {
    algorithm: 'EdDSA',
    publicKey: spki,
    sign: (data) => sign(null, data, privateKey),
  };
  return { signer, keyId: sha256(spki), privateKey };
}

const [operator, verifier, device] = [party(), party(), party()];
const fields = (keyId: Uint8Array, facts: readonly Atom[]) => ({
  ...{ issuer: 'plant-7.example', subject: 'device:pump-1', issuedAt: now / 1000 },
  ...{ keyId, facts },
});
const say = ({ signer, keyId }: Party, facts: readonly Atom[]): SignedFacts =>
  readUnverifiedFacts(signFacts(fields(keyId, facts), signer), sha256);

function finding(index: number): Finding {
  return {
    ...{
      subject,
      claim: claimNames[index % 8]!,
      value: 2,
      code: 'attestation/measured',
      aspect: `part-${index}`,
    },
    ...{ appraiser: 'measured-boot', at: now, holdsUntil: now + 900_000 + index, parameters: {} },
    premises: [`sha256:${hash('sha256', `evidence ${index}`)}`],
  };
}

function verdictOf(count: number): { readonly sources: VerdictSources; readonly facts: readonly Atom[] } {
  const findings = Array.from({ length: count }, (_, index) => finding(index));
  const verdict = composeVerdict({ subject, findings, edges: [], profile, now });
  const facts = verdictFacts({ verdict, standing: 'admitted', profile, holder: device.keyId }, sha256);
  const statements = [
    say(operator, appointmentFacts(verifier.keyId, 'verifier')),
    ...findings.map((each) => say(verifier, findingFacts(each, sha256))),
    say(verifier, facts),
  ];
  const roots = [{ keyId: operator.keyId, role: 'operator' }] as const;
  return { sources: { rules, roots, statements, isMarked: () => false, subject }, facts };
}

/** Milliseconds of CPU time per call: median of the rounds, after one that warms up. */
async function measure(work: () => unknown, calls: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const seconds = await cpuSeconds(() => {
      for (let index = 0; index < calls; index += 1) work();
    });
    if (round > 0) times.push((seconds * 1000) / calls);
  }
  return median(times);
}

/** A path of 20 hashes: a log, or a tree of marks, of a million leaves. */
const path = Array.from({ length: 20 }, (_, index) => sha256(new Uint8Array([index])));
function proven(leaf: DerivationLeaf, index: number): BundleLeaf {
  if (leaf.kind === 'root') return leaf;
  if (leaf.kind !== 'absence') return { ...leaf, index, path } as BundleLeaf;
  const neighbour = { index, path, mark: sha256(new Uint8Array([index])) };
  return { kind: 'absence', mark: leaf.mark, left: neighbour, right: neighbour };
}

const unit = 'ms';
for (const count of [0, 5, 80]) {
  const { sources } = verdictOf(count);
  const value = await measure(() => deriveVerdict(sources), count > 5 ? 500 : 5000);
  const asked = count === 5 ? { floor: 1, goal: 0.05 } : {};
  print({ figure: `verdict derived with its proof, ${count} findings`, value, unit, ...asked, rounds });
}

const { sources, facts } = verdictOf(5);
const statement = sources.statements.at(-1)!;
const derivation = deriveVerdict(sources);
const bundle = {
  rules: { digest: ruleSetDigest(verdictRules, sha256), text: encodeRuleSet(verdictRules) },
  checkpoint: `plant-7.example/log\n1000000\n${'A'.repeat(44)}\n\n— plant-7.example/log ${'A'.repeat(92)}\n`,
  keys: [operator.signer.publicKey, verifier.signer.publicKey],
  leaves: derivation.leaves.map(proven),
  steps: derivation.steps,
  goal: derivation.goal,
};
const { length } = encodeBundle(bundle);
const signed = await measure(() => signFacts(fields(verifier.keyId, facts), verifier.signer), 2000);
const bare = await measure(() => sign(null, statement.bytes, verifier.privateKey), 2000);
print({ figure: 'verdict of 5 findings signed as a statement', value: signed, unit, limit: bare, rounds });
const read = await measure(() => readUnverifiedFacts(statement.bytes, sha256), 5000);
print({ figure: `statement of ${statement.bytes.length} bytes read`, value: read, unit, rounds });
const encoded = await measure(() => encodeBundle(bundle), 1000);
print({ figure: `bundle of ${length} bytes encoded`, value: encoded, unit, rounds });
