import { type Atom, checkVerdict, parseTrust } from '@kiten/checker';
import { toHex } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { evidenceOn, finding, newFolder, openSite } from '../../kiten/test/fixtures.ts';
import { checkBundle } from '../src/proof/check-bundle.ts';
import { claimProof, type HeldReport, type ProofNode } from '../src/proof/claim-proof.ts';
import { plainJson } from '../src/proof/report-json.ts';
import { webCryptography } from '../src/proof/web-cryptography.ts';

/** The bundle of a device with two findings against its executables, checked as the console does. */
async function proofOfPump() {
  const site = await openSite(await newFolder());
  await site.admit('pump-1');
  const now = site.clock.now();
  const premises = [`sha256:${'ab'.repeat(32)}`];
  const found = [-40, -50].map((value) =>
    finding('pump-1', {
      at: now,
      claim: 'executables',
      value,
      aspect: `a${value}`,
      code: 'test/found',
      premises,
    }),
  );
  await site.trust.find('pump-1', evidenceOn('pump-1'), found);
  const bundle = await site.verdicts.exportBundle('pump-1', { compact: false });
  const trust = site.verdicts.trustFile();
  const checked = await checkBundle(bundle, trust, now);
  if (!checked.report.holds) throw new Error(checked.report.message);
  return {
    ...{ bundle, trust, now, report: checked.report, entries: checked.entries },
    counted: site.book.get('pump-1').verdict.findings.length,
  };
}

const leavesBelow = (node: ProofNode): readonly Atom[] =>
  node.step === undefined ? [node.atom] : node.premises.flatMap(leavesBelow);

describe('the proof of a claim', () => {
  it('has the value that the verdict has, with the finding that decides first', async () => {
    const { report, counted } = await proofOfPump();
    const proof = claimProof(report, 'executables');
    expect(proof).toMatchObject({ value: -50, counted });
    expect(proof.findings.map(({ value, decides, code }) => [value, decides, code])).toEqual([
      [-50, true, 'test/found'],
      [-40, false, 'test/found'],
    ]);
    expect(claimProof(report, 'hardware')).toMatchObject({ value: 0, findings: [] });
  });

  it('ends in leaves: roots, signed statements, and what is not withdrawn', async () => {
    const { report, entries } = await proofOfPump();
    const [first] = claimProof(report, 'executables').findings;
    if (first === undefined) throw new Error('there is a finding');
    const kinds = new Set(leavesBelow(first.node).map(([predicate]) => predicate));
    expect(kinds).toEqual(new Set(['root', 'says', 'absent']));
    expect(first.premises).toEqual(['ab'.repeat(32)]);
    expect([...entries.keys()].sort()).toEqual(report.statements.map(({ leaf }) => leaf).sort());
  });

  it('leaves the counting out of the verdict as a whole', async () => {
    const { report } = await proofOfPump();
    const { verdict } = claimProof(report, 'hardware');
    expect(verdict.atom[0]).toBe('verdict');
    expect(verdict.premises.map(({ atom }) => atom[0])).not.toContain('counted');
    expect(verdict.premises.length).toBeGreaterThan(2);
  });

  it('goes into JSON with its bytes as hexadecimal', async () => {
    const { report } = await proofOfPump();
    const plain = JSON.parse(JSON.stringify(plainJson(report))) as HeldReport;
    expect(plain.rules.digest).toBe(toHex(report.rules.digest));
    expect(plain.verdict.vector).toEqual(report.verdict.vector);
  });
});

describe('the browser’s cryptography', () => {
  it('finds what was changed, and that what was not holds', async () => {
    const { bundle, trust, now } = await proofOfPump();
    const options = { now, cryptography: webCryptography };
    const spoiled = bundle.slice();
    spoiled[bundle.length - 200]! ^= 1;
    expect(await checkVerdict(spoiled, parseTrust(trust), options)).toMatchObject({ holds: false });
    expect(await checkVerdict(bundle, parseTrust(trust), options)).toMatchObject({ holds: true });
  });

  it('is not asked where the trust file is none', async () => {
    await expect(checkBundle(new Uint8Array(0), '{}', 0)).rejects.toMatchObject({
      code: 'checker/trust-malformed',
    });
  });
});
