import { encodeCbor } from '@kiten/codec';
import { type SealedEvidence, tierOf } from '@kiten/trust';
import { describe, expect, test } from 'vitest';
import {
  createIdentityAppraiser,
  enrolmentEvidence,
  generateSigner,
  identityFindings,
  nodeVerify,
  publicKeyDigest,
} from '../src/index.ts';
import { createCa, day, device, start, trustDomain } from './fixtures.ts';

const { authority } = createCa();
const appraiser = createIdentityAppraiser({ trustDomain, issuers: authority.issuers, verify: nodeVerify });
const { publicKey } = generateSigner('ES256');

function evidenceOf(
  ca = authority,
  id = 'pump-1',
  method = 'token' as const,
  keyHeldBy?: Uint8Array | null,
): SealedEvidence {
  const certificate = {
    ...ca.issueDevice({ id, publicKey }),
    device: device('pump-1'),
    publicKeyDigest: publicKeyDigest(publicKey),
    issuedAt: start,
  };
  return {
    ...enrolmentEvidence({ method, certificate, ...(keyHeldBy === undefined ? {} : { keyHeldBy }) }),
    salt: new Uint8Array(32),
    digest: `sha256:${'5a'.repeat(32)}`,
  };
}

const changed = (evidence: SealedEvidence, body: Uint8Array): SealedEvidence => ({ ...evidence, body });

describe('the identity appraiser', () => {
  test('affirms instance-identity for a certificate of the site, until it expires', () => {
    const evidence = evidenceOf();
    const [finding] = appraiser.appraise(evidence, []);
    expect(finding).toMatchObject({
      subject: { kind: 'device', id: 'pump-1' },
      claim: 'instance-identity',
      value: 2,
      code: 'identity/certificate-issued',
      at: start,
      holdsUntil: start + 90 * day,
      premises: [evidence.digest],
      parameters: { device: 'pump-1', method: 'token' },
    });
    expect(identityFindings.sentence(finding!, 'ja').found).toContain('「pump-1」');
    expect(appraiser.mediaTypes).toEqual([evidence.mediaType]);
  });

  test('affirms storage-opaque for a key that hardware was shown to hold, and takes that back for one of which nothing shows it', () => {
    expect(appraiser.appraise(evidenceOf(), [])).toHaveLength(1);
    const [, unattested] = appraiser.appraise(evidenceOf(authority, 'pump-1', 'token', null), []);
    expect(unattested).toMatchObject({ code: 'identity/key-unattested', claim: 'storage-opaque', value: 0 });
    const evidence = evidenceOf(authority, 'pump-1', 'token', Uint8Array.of(0, 11, 7));
    expect(appraiser.appraise(evidence, [])[1]).toMatchObject({
      code: 'identity/key-in-hardware',
      claim: 'storage-opaque',
      value: 2,
      holdsUntil: start + 90 * day,
      parameters: { device: 'pump-1', key: '000b07' },
    });
  });

  test('is pure', () => {
    const evidence = evidenceOf();
    expect(appraiser.appraise(evidence, [])).toEqual(appraiser.appraise(evidence, []));
  });

  test('contraindicates a certificate that this site did not sign, or that names another device', () => {
    const [foreign] = appraiser.appraise(evidenceOf(createCa().authority), []);
    expect(foreign).toMatchObject({ code: 'identity/certificate-foreign', value: 99 });
    const [another] = appraiser.appraise(evidenceOf(authority, 'pump-2'), []);
    expect(another).toMatchObject({ code: 'identity/certificate-of-another', value: 97 });
    expect([foreign, another].map((finding) => tierOf(finding!.value))).toEqual([
      'contraindicated',
      'contraindicated',
    ]);
  });

  test('makes a finding of what it cannot read', () => {
    const evidence = evidenceOf();
    for (const body of [
      new Uint8Array(),
      encodeCbor('hello'),
      encodeCbor(new Map([[1, Uint8Array.of(1)]])),
      encodeCbor(
        new Map<number, string | Uint8Array>([
          [1, Uint8Array.of(1)],
          [2, 'token'],
        ]),
      ),
      encodeCbor(
        new Map<number, string | Uint8Array>([
          [1, Uint8Array.of(1)],
          [2, 'telepathy'],
        ]),
      ),
    ]) {
      const [finding] = appraiser.appraise(changed(evidence, body), []);
      expect(finding).toMatchObject({ code: 'identity/enrolment-unreadable', value: -33 });
    }
  });

  test('says nothing about a certificate that had expired', () => {
    expect(appraiser.appraise({ ...evidenceOf(), receivedAt: start + 90 * day }, [])).toEqual([]);
  });
});
