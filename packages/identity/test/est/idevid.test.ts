import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  type Certificate,
  type Extension,
  extendedKeyUsageExtension,
  issueCertificate,
  keyIdentifier,
  keyPurpose,
  keyUsageExtension,
  type Name,
  noExpiry,
  parseCertificate,
  type Signer,
} from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import { generateSigner, type IdevidAdmission, type IdevidIdentity, sha256 } from '../../src/index.ts';
import { createSite, csrFor, day, device, enrolled, enrolment, outcome, random, start } from '../fixtures.ts';

interface Made {
  readonly certificate: Certificate;
  readonly signer: Signer;
}

interface Wish {
  readonly issuer?: Made;
  readonly subject: Name;
  readonly extensions?: readonly Extension[];
  readonly notBefore?: number;
  readonly notAfter?: number;
}

const caExtensions = [basicConstraintsExtension({ ca: true }), keyUsageExtension(['keyCertSign'])];

function make({
  issuer,
  subject,
  extensions = caExtensions,
  notBefore = start - day,
  notAfter = noExpiry,
}: Wish): Made {
  const signer = generateSigner('ES256');
  const by = issuer?.signer ?? signer;
  const der = issueCertificate(
    {
      serialNumber: random(8),
      issuer: issuer?.certificate.subjectDer ?? subject,
      subject,
      publicKey: signer.publicKey,
      notBefore,
      notAfter,
      extensions: [...extensions, authorityKeyIdentifierExtension(keyIdentifier(by.publicKey, sha256))],
    },
    by,
  );
  return { certificate: parseCertificate(der), signer };
}

const cn = (value: string): Name => [{ type: 'CN', value }];
const acme = make({ subject: cn('ACME Root') });
const acmeIssuing = make({ issuer: acme, subject: cn('ACME Issuing 1') });
const leafExtensions = [keyUsageExtension(['digitalSignature'])];
const serialName: Name = [
  { type: 'O', value: 'ACME' },
  { type: 'serialNumber', value: 'SN-0042' },
];
const idevid = make({ issuer: acmeIssuing, subject: serialName, extensions: leafExtensions });
const roots = [{ name: 'acme', certificate: acme.certificate }];

const seen: IdevidIdentity[] = [];
const admission: IdevidAdmission = {
  device: device('SN-0042'),
  groups: ['pumps'],
  pinned: false,
  readmits: false,
};

function siteOf(answer: IdevidAdmission | undefined = admission) {
  const admit = (identity: IdevidIdentity) => {
    seen.push(identity);
    return answer;
  };
  return createSite({ manufacturerRoots: roots, admit });
}

const ask = (
  leaf: Certificate,
  chain: readonly Certificate[] = [acmeIssuing.certificate],
  key = generateSigner('ES256'),
) =>
  enrolment('simpleenroll', csrFor('', key), {
    peerCertificate: leaf.der,
    peerChain: chain.map(({ der }) => der),
  });

describe('simpleenroll with a manufacturer certificate', () => {
  test('turns an IDevID into a certificate of the site', async () => {
    const site = siteOf();
    expect(outcome(await site.est.handle(ask(idevid.certificate)))).toBe('200');
    const identity = seen.at(-1)!;
    expect(identity).toMatchObject({ manufacturer: 'acme', serialNumber: 'SN-0042' });
    expect(identity.key).toMatch(/^[0-9a-f]{64}:[0-9a-f]{64}$/);
    expect(await site.register.device(device('SN-0042'))).toMatchObject({
      groups: ['pumps'],
      idevid: identity.key,
      standing: 'admitted',
    });
    expect(site.register.events[0]?.data.method).toBe('idevid');
    // Once more, as after a reset to factory settings.
    expect(outcome(await site.est.handle(ask(idevid.certificate)))).toBe('200');
  });

  test('refuses a device that nobody registered', async () => {
    const site = createSite({ manufacturerRoots: roots });
    expect(outcome(await site.est.handle(ask(idevid.certificate)))).toBe(
      '403 identity/device-not-registered',
    );
  });

  const other = make({ subject: cn('Other Root') });
  const lookalike = make({ subject: cn('ACME Root') });
  const narrow = make({
    issuer: acme,
    subject: cn('ACME Narrow'),
    extensions: [basicConstraintsExtension({ ca: true, pathLength: 0 }), keyUsageExtension(['keyCertSign'])],
  });
  const belowNarrow = make({ issuer: narrow, subject: cn('ACME Below') });
  const noCa = make({ issuer: acme, subject: cn('ACME Device as CA'), extensions: leafExtensions });
  const crlOnly = make({
    issuer: acme,
    subject: cn('ACME CRL'),
    extensions: [basicConstraintsExtension({ ca: true }), keyUsageExtension(['cRLSign'])],
  });
  const constrained = make({
    issuer: acme,
    subject: cn('ACME Constrained'),
    extensions: [...caExtensions, { oid: '2.5.29.30', critical: true, value: Uint8Array.of(0x30, 0x00) }],
  });
  const old = make({ issuer: acme, subject: cn('ACME Old'), notAfter: start - 1000 });
  const leaf = (issuer: Made, extra: Partial<Wish> = {}) =>
    make({ issuer, subject: serialName, extensions: leafExtensions, ...extra }).certificate;

  test.each([
    ['of another manufacturer', leaf(other), []],
    ['of a CA with the same name', leaf(lookalike), []],
    ['without its intermediate', idevid.certificate, []],
    ['that is the root itself', acme.certificate, []],
    ['that is a CA', acmeIssuing.certificate, []],
    ['that is expired', leaf(acme, { notAfter: start - 1000 }), []],
    ['that is not valid yet', leaf(acme, { notBefore: start + 1000 }), []],
    ['below an expired CA', leaf(old), [old.certificate]],
    ['below another device', leaf(noCa), [noCa.certificate]],
    ['below a CA that may sign revocation lists only', leaf(crlOnly), [crlOnly.certificate]],
    [
      'below a CA that has used up its path length',
      leaf(belowNarrow),
      [belowNarrow.certificate, narrow.certificate],
    ],
    ['below a CA with name constraints', leaf(constrained), [constrained.certificate]],
    [
      'for servers only',
      leaf(acme, { extensions: [extendedKeyUsageExtension([keyPurpose.serverAuth])] }),
      [],
    ],
    ['that may not sign', leaf(acme, { extensions: [keyUsageExtension(['keyAgreement'])] }), []],
    [
      'with an unknown critical extension',
      leaf(acme, { extensions: [{ oid: '1.2.3.4', critical: true, value: Uint8Array.of(5, 0) }] }),
      [],
    ],
  ])('refuses one %s', async (_, certificate, chain) => {
    const site = siteOf();
    expect(outcome(await site.est.handle(ask(certificate, chain)))).toBe('403 identity/idevid-untrusted');
  });

  test('finds its way through a chain in any order, and is not led in circles', async () => {
    const second = make({ issuer: acmeIssuing, subject: cn('ACME Issuing 2') });
    const good = leaf(second);
    for (const chain of [
      [acmeIssuing.certificate, second.certificate],
      [other.certificate, second.certificate, lookalike.certificate, acmeIssuing.certificate, good],
    ]) {
      expect(outcome(await siteOf().est.handle(ask(good, chain)))).toBe('200');
    }
    const circle = Array.from({ length: 40 }, () => lookalike.certificate);
    expect(outcome(await siteOf().est.handle(ask(leaf(lookalike), circle)))).toBe(
      '403 identity/idevid-untrusted',
    );
  });

  test('refuses one without a name, and passes over unreadable certificates in the chain', async () => {
    const nameless = leaf(acme, { subject: [{ type: 'O', value: 'ACME' }] });
    expect(outcome(await siteOf().est.handle(ask(nameless)))).toBe('403 identity/idevid-nameless');
    const asked = ask(leaf(acme));
    expect(outcome(await siteOf().est.handle({ ...asked, peerChain: [Uint8Array.of(1, 2)] }))).toBe('200');
    const answer = await siteOf().est.handle({ ...asked, peerCertificate: Uint8Array.of(1, 2) });
    expect(outcome(answer)).toBe('403 identity/certificate-malformed');
  });

  test('does not take over a device that enrolled by other means, unless an operator tied the two', async () => {
    const site = siteOf();
    await enrolled(site, 'SN-0042');
    expect(outcome(await site.est.handle(ask(idevid.certificate)))).toBe('409 identity/device-exists');
    const pinned = siteOf({ ...admission, pinned: true });
    await enrolled(pinned, 'SN-0042');
    expect(outcome(await pinned.est.handle(ask(idevid.certificate)))).toBe('200');
  });

  test('brings a revoked device back only where the site lets it', async () => {
    for (const readmits of [false, true]) {
      const site = siteOf({ ...admission, readmits });
      expect(outcome(await site.est.handle(ask(idevid.certificate)))).toBe('200');
      site.register.setStanding(device('SN-0042'), 'revoked', start);
      const again = outcome(await site.est.handle(ask(idevid.certificate)));
      expect(again).toBe(readmits ? '200' : '403 identity/device-revoked');
    }
  });

  test('a token that fails is not made up for by the certificate, and an SVID is sent to simplereenroll', async () => {
    const site = siteOf();
    const asked = ask(idevid.certificate);
    const headers = { ...asked.headers, authorization: 'Basic eDp5' };
    expect(outcome(await site.est.handle({ ...asked, headers }))).toBe('401 identity/token-unknown');
    const { certificate } = await enrolled(site, 'pump-1');
    expect(outcome(await site.est.handle(ask(certificate, [])))).toBe(
      '401 identity/enrolment-unauthenticated',
    );
  });
});
