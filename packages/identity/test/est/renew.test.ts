import { subjectAlternativeNameExtension, toHex } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import { createAuthority, createEst, createIssuingAuthority, generateSigner } from '../../src/index.ts';
import {
  certificateIn,
  createSite,
  csrFor,
  day,
  device,
  enrolled,
  enrolment,
  outcome,
  random,
  start,
  trustDomain,
} from '../fixtures.ts';

const uri = (value: string) => ({ extensions: [subjectAlternativeNameExtension([{ kind: 'uri', value }])] });

describe('simplereenroll', () => {
  test.each(['the same key', 'a new key'])(
    'renews for %s and leaves the old certificate valid',
    async (which) => {
      const site = createSite();
      const { signer, certificate } = await enrolled(site, 'pump-1');
      const key = which === 'a new key' ? generateSigner('ES256') : signer;
      site.clock.advance(60 * day);
      const csr = csrFor('pump-1', key, uri('spiffe://plant-7.example/device/pump-1'));
      const answer = await site.est.handle(
        enrolment('simplereenroll', csr, { peerCertificate: certificate.der }),
      );
      const renewed = certificateIn(answer);
      expect(renewed.publicKey).toEqual(key.publicKey);
      expect(renewed.subjectDer).toEqual(certificate.subjectDer);
      expect(renewed.subjectAlternativeNames).toEqual(certificate.subjectAlternativeNames);
      expect(renewed.notAfter).toBe(start + 150 * day);
      expect(site.register.events.map(({ type }) => type)).toEqual(['device/enrolled', 'device/renewed']);
      // The answer may get lost: the device tries again with the certificate that it still has.
      const again = await site.est.handle(
        enrolment('simplereenroll', csr, { peerCertificate: certificate.der }),
      );
      expect(outcome(again)).toBe('200');
    },
  );

  test('takes a request without alternative names, and none with other ones or another subject', async () => {
    const site = createSite();
    const { signer, certificate } = await enrolled(site, 'pump-1');
    const renew = async (csr: Uint8Array) =>
      outcome(await site.est.handle(enrolment('simplereenroll', csr, { peerCertificate: certificate.der })));
    expect(await renew(csrFor('pump-1', signer))).toBe('200');
    expect(await renew(csrFor('', signer))).toBe('400 identity/request-subject');
    expect(await renew(csrFor('pump-2', signer))).toBe('400 identity/request-subject');
    const more = {
      subject: [
        { type: 'O', value: 'ACME' },
        { type: 'CN', value: 'pump-1' },
      ],
    } as const;
    expect(await renew(csrFor('', signer, more))).toBe('400 identity/request-subject');
    expect(await renew(csrFor('pump-1', signer, uri('spiffe://plant-7.example/device/pump-2')))).toBe(
      '400 identity/request-alternative-name',
    );
  });

  test('refuses a device without a certificate, or with one that does not do', async () => {
    const site = createSite();
    const other = createSite();
    const { signer } = await enrolled(site, 'pump-1');
    const foreign = (await enrolled(other, 'pump-1', signer)).certificate.der;
    const server = site.authority.issueServer({
      publicKey: signer.publicKey,
      dnsNames: ['localhost'],
      ipAddresses: [],
    }).der;
    const unrecorded = site.authority.issueDevice({ id: 'pump-1', publicKey: signer.publicKey }).der;
    const unknown = site.authority.issueDevice({ id: 'pump-7', publicKey: signer.publicKey }).der;
    const renew = async (peerCertificate?: Uint8Array, id = 'pump-1') =>
      outcome(
        await site.est.handle(
          enrolment(
            'simplereenroll',
            csrFor(id, signer),
            peerCertificate === undefined ? {} : { peerCertificate },
          ),
        ),
      );
    expect(await renew()).toBe('403 identity/renewal-needs-certificate');
    expect(await renew(Uint8Array.of(0x30, 0x00))).toBe('403 identity/certificate-malformed');
    expect(await renew(foreign)).toBe('403 identity/certificate-foreign');
    expect(await renew(server)).toBe('403 identity/certificate-foreign');
    expect(await renew(site.certificate)).toBe('403 identity/certificate-foreign');
    expect(await renew(unrecorded)).toBe('403 identity/certificate-unknown');
    expect(await renew(unknown, 'pump-7')).toBe('403 identity/device-unknown');
  });

  test('refuses a certificate that is expired or not valid yet', async () => {
    const site = createSite();
    const { signer, certificate } = await enrolled(site, 'pump-1');
    const renew = async () =>
      outcome(
        await site.est.handle(
          enrolment('simplereenroll', csrFor('pump-1', signer), { peerCertificate: certificate.der }),
        ),
      );
    site.clock.set(certificate.notAfter + 1);
    expect(await renew()).toBe('403 identity/certificate-expired');
    site.clock.set(certificate.notBefore - 1);
    expect(await renew()).toBe('403 identity/certificate-not-yet-valid');
  });

  test('refuses a revoked device, and renews a quarantined one', async () => {
    const site = createSite();
    const { signer, certificate } = await enrolled(site, 'pump-1');
    const renew = async () =>
      outcome(
        await site.est.handle(
          enrolment('simplereenroll', csrFor('pump-1', signer), { peerCertificate: certificate.der }),
        ),
      );
    site.register.setStanding(device('pump-1'), 'quarantined', start);
    expect(await renew()).toBe('200');
    expect((await site.register.device(device('pump-1')))?.standing).toBe('quarantined');
    site.register.setStanding(device('pump-1'), 'revoked', start);
    expect(await renew()).toBe('403 identity/device-revoked');
    site.register.setStanding(device('pump-1'), 'admitted', start);
    expect(await renew()).toBe('403 identity/certificate-revoked');
  });

  test('honours certificates of the issuing CA of before, and answers with the new one', async () => {
    const site = createSite();
    const { signer, certificate } = await enrolled(site, 'pump-1');
    const next = generateSigner('ES256');
    const root = { certificate: site.root, signer: site.rootSigner };
    const issuing = createIssuingAuthority({
      trustDomain,
      clock: site.clock,
      random,
      publicKey: next.publicKey,
      root,
    });
    const authority = createAuthority({
      ...{ trustDomain, clock: site.clock, random, certificate: issuing, signer: next },
      ...{ chain: [site.root.der], previous: [site.certificate] },
    });
    const { register, clock } = site;
    const est = createEst({ authority, tokens: register, register, clock });
    const csr = csrFor('pump-1', signer);
    const renewed = certificateIn(
      await est.handle(enrolment('simplereenroll', csr, { peerCertificate: certificate.der })),
    );
    expect(renewed.issuerDer).toEqual(authority.issuer.subjectDer);
    expect(toHex(authority.issuer.subjectDer)).not.toBe(toHex(certificate.issuerDer));
    expect(authority.certificates).toHaveLength(3);
  });
});
