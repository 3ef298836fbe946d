import { keyPurpose, parseCertificate } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import {
  createAuthority,
  createIssuingAuthority,
  createRoot,
  expiring,
  generateSigner,
  parseTrustDomain,
} from '../../src/index.ts';
import { createCa, day, hour, random, start, trustDomain } from '../fixtures.ts';

const { publicKey } = generateSigner('ES256');

describe('the authority', () => {
  test('issues X.509-SVIDs with exactly the properties of one', () => {
    const { authority } = createCa();
    const certificate = parseCertificate(authority.issueDevice({ id: 'pump-1', publicKey }).der);
    expect(certificate.subject).toEqual([{ type: 'CN', value: 'pump-1' }]);
    expect(certificate.subjectAlternativeNames).toEqual([
      { kind: 'uri', value: 'spiffe://plant-7.example/device/pump-1' },
    ]);
    expect(certificate.keyUsage).toEqual(['digitalSignature']);
    expect(certificate.extendedKeyUsage).toEqual([keyPurpose.clientAuth, keyPurpose.serverAuth]);
    expect(certificate.basicConstraints).toEqual({ ca: false });
    expect(certificate.authorityKeyIdentifier).toEqual(authority.issuer.subjectKeyIdentifier);
    expect(certificate.extensions.filter(({ critical }) => critical).map(({ oid }) => oid)).toEqual([
      '2.5.29.19',
      '2.5.29.15',
    ]);
    expect(certificate.extensions).toHaveLength(6);
    expect(certificate.notBefore).toBe(start - 2 * 60_000);
    expect(certificate.notAfter).toBe(start + 90 * day);
  });

  test('says of a certificate what stands in it', () => {
    const { authority } = createCa();
    for (let at = 0; at < 300; at += 1) {
      const issued = authority.issueDevice({ id: 'pump-1', publicKey, lifetime: hour + at });
      const parsed = parseCertificate(issued.der);
      expect(issued.serial).toBe(Buffer.from(parsed.serialNumber).toString('hex'));
      expect([issued.notBefore, issued.notAfter]).toEqual([parsed.notBefore, parsed.notAfter]);
      expect(issued.issuer).toBe(Buffer.from(parsed.authorityKeyIdentifier!).toString('hex'));
    }
  });

  test('takes 128 bits of its random source for each serial number, leading zeros included', () => {
    const { authority, signer, certificate, root, clock } = createCa();
    expect(
      new Set(Array.from({ length: 50 }, () => authority.issueDevice({ id: 'a', publicKey }).serial)).size,
    ).toBe(50);
    const from = (octets: number[]) =>
      createAuthority({
        ...{ trustDomain, certificate, signer, chain: [root.der], clock },
        random: () => Uint8Array.from(octets),
      }).issueDevice({ id: 'a', publicKey }).serial;
    expect(from([0, 0, ...Array<number>(14).fill(0x80)])).toBe('80'.repeat(14));
    expect(() => from(Array<number>(16).fill(0))).toThrowError(
      expect.objectContaining({ code: 'identity/random-short' }),
    );
    expect(() => from([1, 2, 3])).toThrowError(expect.objectContaining({ code: 'identity/random-short' }));
  });

  test('never lets a certificate outlive or antedate its CA', () => {
    const { authority, clock } = createCa();
    const { notBefore, notAfter } = authority.issuer;
    clock.set(notBefore + 1000);
    expect(authority.issueDevice({ id: 'a', publicKey }).notBefore).toBe(notBefore);
    clock.set(notAfter - 3 * day);
    expect(authority.issueDevice({ id: 'a', publicKey }).notAfter).toBe(notAfter);
    clock.set(notAfter);
    expect(() => authority.issueDevice({ id: 'a', publicKey })).toThrowError(
      expect.objectContaining({ code: 'identity/authority-expired' }),
    );
    clock.set(notBefore - 1);
    expect(() => authority.issueDevice({ id: 'a', publicKey })).toThrowError(
      expect.objectContaining({ code: 'identity/authority-not-yet-valid' }),
    );
    clock.set(start);
    expect(() => authority.issueDevice({ id: 'a', publicKey, lifetime: 0 })).toThrowError(
      expect.objectContaining({ code: 'identity/lifetime' }),
    );
    expect(() => authority.issueDevice({ id: 'a', publicKey, lifetime: Number.NaN })).toThrowError(
      expect.objectContaining({ code: 'identity/lifetime' }),
    );
  });

  test('refuses names that are none', () => {
    const { authority } = createCa();
    for (const [id, code] of [
      ['..', 'identity/device-id-reserved'],
      ['', 'trust/device-id'],
      ['a/b', 'trust/device-id'],
      ['localhost', 'identity/device-id-reserved'],
    ] as const) {
      expect(() => authority.issueDevice({ id, publicKey })).toThrowError(expect.objectContaining({ code }));
    }
    const server = (dnsNames: string[], ipAddresses: string[]) => () =>
      authority.issueServer({ publicKey, dnsNames, ipAddresses });
    expect(server([], [])).toThrowError(expect.objectContaining({ code: 'identity/server-names' }));
    expect(server([], ['localhost'])).toThrowError(
      expect.objectContaining({ code: 'identity/server-names' }),
    );
    expect(server(['a b'], [])).toThrowError(
      expect.objectContaining({ code: 'codec/x509-general-name-dns' }),
    );
    for (const text of ['', 'Plant-7', 'a/b', 'a'.repeat(256), 'a b']) {
      expect(() => parseTrustDomain(text)).toThrowError(
        expect.objectContaining({ code: 'identity/trust-domain' }),
      );
    }
  });

  test('opens only with certificates, key and trust domain that belong together', () => {
    const a = createCa();
    const b = createCa();
    const site = { trustDomain, clock: a.clock, random };
    const open = (changes: object) => () =>
      createAuthority({
        ...site,
        certificate: a.certificate,
        signer: a.signer,
        chain: [a.root.der],
        ...changes,
      });
    expect(open({})().fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(open({ signer: b.signer })).toThrowError(
      expect.objectContaining({ code: 'identity/authority-key-mismatch' }),
    );
    expect(open({ chain: [] })).toThrowError(
      expect.objectContaining({ code: 'identity/authority-chain-broken' }),
    );
    expect(open({ chain: [b.root.der] })).toThrowError(
      expect.objectContaining({ code: 'identity/authority-chain-broken' }),
    );
    expect(open({ trustDomain: parseTrustDomain('other.example') })).toThrowError(
      expect.objectContaining({ code: 'identity/authority-trust-domain' }),
    );
    const device = a.authority.issueDevice({ id: 'pump-1', publicKey: b.signer.publicKey }).der;
    expect(open({ previous: [device] })).toThrowError(
      expect.objectContaining({ code: 'identity/authority-not-a-ca' }),
    );
    expect(open({ certificate: device, signer: b.signer, chain: [a.certificate, a.root.der] })).toThrowError(
      expect.objectContaining({ code: 'identity/authority-not-a-ca' }),
    );
  });

  test('keeps an issuing CA within its root, and names each CA uniquely', () => {
    const { clock, root, rootSigner } = createCa();
    clock.set(root.notAfter - day);
    const issue = () =>
      parseCertificate(
        createIssuingAuthority({
          ...{ trustDomain, clock, random, publicKey: generateSigner('ES256').publicKey },
          root: { certificate: root, signer: rootSigner },
        }),
      );
    const [one, two] = [issue(), issue()];
    expect(one.notAfter).toBe(root.notAfter);
    expect(one.basicConstraints).toEqual({ ca: true, pathLength: 0 });
    expect(one.subjectDer).not.toEqual(two.subjectDer);
    const long = parseTrustDomain(`${'a'.repeat(100)}.example`);
    const created = parseCertificate(createRoot({ trustDomain: long, signer: rootSigner, clock, random }));
    expect(created.subjectAlternativeNames).toEqual([{ kind: 'uri', value: `spiffe://${long}` }]);
  });
});

describe('expiry warnings', () => {
  const item = { kind: 'device', name: 'pump-1', notBefore: start, notAfter: start + 90 * day } as const;

  test('begin with the last third of a life and tell what is over, soonest first', () => {
    const server = {
      kind: 'server',
      name: 'localhost',
      notBefore: start,
      notAfter: start + 30 * day,
    } as const;
    expect(expiring([item], start + 60 * day - 1)).toEqual([]);
    expect(expiring([item], start + 60 * day)).toEqual([{ ...item, state: 'expiring', remaining: 30 * day }]);
    expect(expiring([item, server], start + 90 * day + 1).map(({ kind, state }) => [kind, state])).toEqual([
      ['server', 'expired'],
      ['device', 'expired'],
    ]);
  });
});
