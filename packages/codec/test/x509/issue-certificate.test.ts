import '../reflect-metadata.ts';
import { X509Certificate as NodeCertificate } from 'node:crypto';
import * as peculiar from '@peculiar/x509';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlgorithmName } from '../../src/algorithms.ts';
import { fromHex, toHex } from '../../src/bytes.ts';
import { encodePem } from '../../src/pem.ts';
import { basicConstraintsExtension } from '../../src/x509/basic-constraints.ts';
import { parseCertificate, verifyCertificateSignature } from '../../src/x509/certificate.ts';
import { crlDistributionPointsExtension } from '../../src/x509/distribution-points.ts';
import { extendedKeyUsageExtension } from '../../src/x509/extended-key-usage.ts';
import { accessMethod, authorityInformationAccessExtension } from '../../src/x509/information-access.ts';
import { issuanceTemplate, issueCertificate, type SubjectFields } from '../../src/x509/issue-certificate.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifier,
  subjectKeyIdentifierExtension,
} from '../../src/x509/key-identifiers.ts';
import { keyUsageExtension } from '../../src/x509/key-usage.ts';
import type { Name } from '../../src/x509/name.ts';
import { keyPurpose } from '../../src/x509/object-identifiers.ts';
import { subjectAlternativeNameExtension } from '../../src/x509/subject-alternative-name.ts';
import { noExpiry } from '../../src/x509/validity.ts';
import { sha256, type TestKey, testKey, verify } from '../keys.ts';
import { holdsUnderMutation } from '../mutation.ts';
import { hasOpenssl, openssl, opensslOk } from '../openssl.ts';
import { codeOf } from '../refusal.ts';

const notBefore = Date.UTC(2026, 0, 1);
const notAfter = Date.UTC(2049, 11, 31, 23, 59, 59);
const authorityName: Name = [
  { type: 'O', value: 'Plant 7' },
  { type: 'CN', value: '工場 CA' },
];
const authority = testKey('ES256');
const device = testKey('ES256');
const spiffe = 'spiffe://plant-7.example/device/pump-1';

function authorityCertificate({ signer }: TestKey): Uint8Array {
  const identifier = keyIdentifier(signer.publicKey, sha256);
  return issueCertificate(
    {
      serialNumber: fromHex('00c0ffee'),
      issuer: authorityName,
      subject: authorityName,
      publicKey: signer.publicKey,
      notBefore,
      notAfter: noExpiry,
      extensions: [
        basicConstraintsExtension({ ca: true, pathLength: 1 }),
        keyUsageExtension(['keyCertSign', 'cRLSign']),
        subjectKeyIdentifierExtension(identifier),
        authorityKeyIdentifierExtension(identifier),
      ],
    },
    signer,
  );
}

const deviceFields: SubjectFields = {
  serialNumber: fromHex('7f'.repeat(20)),
  subject: [{ type: 'CN', value: 'pump-1' }],
  publicKey: device.signer.publicKey,
  notBefore,
  notAfter,
  extensions: [
    subjectAlternativeNameExtension([{ kind: 'uri', value: spiffe }]),
    subjectKeyIdentifierExtension(keyIdentifier(device.signer.publicKey, sha256)),
  ],
};

function deviceCertificate({ signer }: TestKey, fields: Partial<SubjectFields> = {}): Uint8Array {
  const template = issuanceTemplate({
    issuer: authorityName,
    extensions: [
      basicConstraintsExtension({ ca: false }),
      authorityKeyIdentifierExtension(keyIdentifier(signer.publicKey, sha256)),
      keyUsageExtension(['digitalSignature']),
      extendedKeyUsageExtension([keyPurpose.clientAuth, keyPurpose.serverAuth]),
      crlDistributionPointsExtension(['http://plant-7.example/crl']),
      authorityInformationAccessExtension([
        { method: accessMethod.caIssuers, uri: 'http://plant-7.example/ca' },
      ]),
    ],
  });
  return template.issue({ ...deviceFields, ...fields }, signer);
}

test('what is issued is read back, field by field', () => {
  const der = deviceCertificate(authority);
  expect(parseCertificate(der)).toMatchObject({
    der,
    version: 3,
    serialNumber: deviceFields.serialNumber,
    issuer: authorityName,
    subject: deviceFields.subject,
    ...{ notBefore, notAfter, publicKey: device.signer.publicKey },
    ...{ signatureOid: '1.2.840.10045.4.3.2', signatureAlgorithm: 'ES256' },
    subjectAlternativeNames: [{ kind: 'uri', value: spiffe }],
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: [keyPurpose.clientAuth, keyPurpose.serverAuth],
    basicConstraints: { ca: false },
    subjectKeyIdentifier: sha256(device.signer.publicKey.subarray(26)).subarray(0, 20),
    authorityKeyIdentifier: sha256(authority.signer.publicKey.subarray(26)).subarray(0, 20),
    crlDistributionPoints: [{ names: [{ kind: 'uri', value: 'http://plant-7.example/crl' }], issuer: [] }],
    authorityInformationAccess: [
      { method: accessMethod.caIssuers, location: { kind: 'uri', value: 'http://plant-7.example/ca' } },
    ],
    unknownCriticalExtensions: [],
  });
  expect(parseCertificate(authorityCertificate(authority))).toMatchObject({
    serialNumber: fromHex('c0ffee'),
    notAfter: Date.UTC(9999, 11, 31, 23, 59, 59),
    basicConstraints: { ca: true, pathLength: 1 },
  });
});

test('the same fields and signature give the same octets, from the template and without it', () => {
  const fixed = { ...authority.signer, sign: () => new Uint8Array(64).fill(0x7f) };
  const fields = { ...deviceFields, issuer: authorityName };
  expect(issueCertificate(fields, fixed)).toEqual(issueCertificate(fields, fixed));
  expect(issuanceTemplate({ issuer: authorityName }).issue(deviceFields, fixed)).toEqual(
    issueCertificate(fields, fixed),
  );
  const shared = issuanceTemplate({ issuer: authorityName, extensions: deviceFields.extensions! });
  const { extensions: _, ...others } = deviceFields;
  expect(shared.issue(others, fixed)).toEqual(issueCertificate(fields, fixed));
});

test('a signer may issue in its turn', () => {
  const inner = deviceCertificate(authority);
  const signer = {
    ...authority.signer,
    sign: (data: Uint8Array) => {
      deviceCertificate(authority);
      return authority.signer.sign(data);
    },
  };
  const der = deviceCertificate({ ...authority, signer });
  const certificate = parseCertificate(der);
  expect(certificate.tbs).toEqual(parseCertificate(inner).tbs);
  expect(verifyCertificateSignature(certificate, authority.signer.publicKey, verify)).toBe(true);
});

const everyAlgorithm: AlgorithmName[] = [
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const),
];

test.each(everyAlgorithm)('%s: the signature holds under the key, and under no other', (algorithm) => {
  const key = testKey(algorithm);
  const certificate = parseCertificate(deviceCertificate(key));
  const { publicKey } = key.signer;
  expect(certificate.signatureAlgorithm).toBe(algorithm);
  expect(verifyCertificateSignature(certificate, publicKey, verify)).toBe(true);
  expect(verifyCertificateSignature(certificate, testKey(algorithm).signer.publicKey, verify)).toBe(false);
  const otherKind = testKey(algorithm.startsWith('ES') ? 'EdDSA' : 'ES256').signer.publicKey;
  const never = () => {
    throw new Error('A key of another kind must not reach the cryptography.');
  };
  expect(verifyCertificateSignature(certificate, otherKind, never)).toBe(false);
  const changed = { ...certificate, tbs: certificate.tbs.with(12, certificate.tbs[12]! ^ 1) };
  expect(verifyCertificateSignature(changed, publicKey, verify)).toBe(false);
  const garbled = { ...certificate, signature: certificate.signature.slice(1) };
  expect(verifyCertificateSignature(garbled, publicKey, verify)).toBe(false);
});

test('Node and @peculiar/x509 read the same', () => {
  const der = deviceCertificate(authority);
  const node = new NodeCertificate(der);
  expect(node.verify(new NodeCertificate(authorityCertificate(authority)).publicKey)).toBe(true);
  expect(node.checkIssued(new NodeCertificate(authorityCertificate(authority)))).toBe(true);
  expect(node.serialNumber.toLowerCase()).toBe('7f'.repeat(20));
  expect(node.subjectAltName).toBe(`URI:${spiffe}`);
  expect(new Date(node.validTo).getTime()).toBe(notAfter);
  const other = new peculiar.X509Certificate(Buffer.from(der));
  const ours = parseCertificate(der);
  expect(other.subject).toBe('CN=pump-1');
  expect(other.notAfter.getTime()).toBe(ours.notAfter);
  expect(
    other.extensions.map(({ type, critical, value }) => [type, critical, toHex(new Uint8Array(value))]),
  ).toEqual(ours.extensions.map(({ oid, critical, value }) => [oid, critical, toHex(value)]));
});

test.each<[string, Partial<SubjectFields>, string]>([
  ['serial number 0', { serialNumber: Uint8Array.of(0, 0) }, 'codec/x509-serial-not-positive'],
  ['no serial number', { serialNumber: new Uint8Array(0) }, 'codec/x509-serial-not-positive'],
  [
    'a serial number too long in DER',
    { serialNumber: new Uint8Array(20).fill(0x80) },
    'codec/x509-serial-too-long',
  ],
  ['an end before the beginning', { notAfter: notBefore - 1000 }, 'codec/x509-validity'],
  ['times that are none', { notAfter: Number.NaN }, 'codec/der-time'],
  ['a time before 1950', { notBefore: Date.UTC(1949, 0, 1) }, 'codec/der-time'],
  ['a key that is none', { publicKey: Uint8Array.of(0x30, 0) }, 'codec/der-truncated'],
  [
    'a key with more behind',
    { publicKey: Uint8Array.of(...device.signer.publicKey, 0) },
    'codec/der-trailing',
  ],
  ['no subject and no critical name', { subject: [] }, 'codec/x509-subject-empty'],
  ['an empty subject in DER', { subject: Uint8Array.of(0x30, 0) }, 'codec/x509-subject-empty'],
  ['a subject that is no name', { subject: Uint8Array.of(0x30, 2, 5, 0) }, 'codec/der-tag'],
  ['an extension twice', { extensions: [keyUsageExtension(['keyAgreement'])] }, 'codec/x509-extension-twice'],
])('%s is not issued', (_, fields, code) => {
  expect(codeOf(() => deviceCertificate(authority, fields))).toBe(code);
});

test('extensions against the standard are not built', () => {
  expect(codeOf(() => keyUsageExtension([]))).toBe('codec/x509-key-usage');
  expect(codeOf(() => extendedKeyUsageExtension([]))).toBe('codec/x509-extended-key-usage');
  expect(codeOf(() => basicConstraintsExtension({ ca: false, pathLength: 0 }))).toBe(
    'codec/x509-basic-constraints',
  );
  expect(codeOf(() => basicConstraintsExtension({ ca: true, pathLength: -1 }))).toBe(
    'codec/der-integer-range',
  );
  expect(codeOf(() => subjectAlternativeNameExtension([]))).toBe('codec/x509-general-names-empty');
  expect(codeOf(() => subjectAlternativeNameExtension([{ kind: 'dns', value: 'a..b' }]))).toBe(
    'codec/x509-general-name-dns',
  );
  expect(codeOf(() => subjectAlternativeNameExtension([{ kind: 'other', der: fromHex('820161') }]))).toBe(
    'codec/x509-general-name-tag',
  );
  expect(codeOf(() => subjectKeyIdentifierExtension(new Uint8Array(0)))).toBe('codec/x509-key-identifier');
  expect(codeOf(() => crlDistributionPointsExtension([]))).toBe('codec/x509-distribution-point');
  expect(codeOf(() => issuanceTemplate({ issuer: [] }))).toBe('codec/x509-issuer-empty');
});

test('any fields come back', () => {
  const seconds = fc.integer({ min: Date.UTC(1950, 0, 1) / 1000, max: noExpiry / 1000 });
  const serial = fc
    .uint8Array({ minLength: 1, maxLength: 19 })
    .filter((bytes) => bytes.some((octet) => octet > 0));
  const fields = fc.record({
    serial,
    times: fc.tuple(seconds, seconds),
    id: fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/),
    size: fc.nat(2000),
  });
  const fixed = { ...authority.signer, sign: () => new Uint8Array(64).fill(0x80) };
  fc.assert(
    fc.property(fields, ({ serial: serialNumber, times, id, size }) => {
      const [from, to] = times.toSorted((left, right) => left - right) as [number, number];
      const value = new Uint8Array(size);
      const der = issueCertificate(
        {
          ...{
            serialNumber,
            issuer: authorityName,
            subject: [{ type: 'CN', value: id }],
            publicKey: device.signer.publicKey,
          },
          ...{
            notBefore: from * 1000,
            notAfter: to * 1000,
            extensions: [{ oid: '1.2.3', critical: size % 2 === 0, value }],
          },
        },
        fixed,
      );
      expect(parseCertificate(der)).toMatchObject({
        serialNumber: serialNumber.subarray(serialNumber.findIndex((octet) => octet > 0)),
        ...{ subject: [{ type: 'CN', value: id }], notBefore: from * 1000, notAfter: to * 1000 },
        extensions: [{ oid: '1.2.3', critical: size % 2 === 0, value }],
      });
    }),
    { numRuns: 100 },
  );
});

test('a damaged certificate is read or refused, nothing else', () => {
  holdsUnderMutation(deviceCertificate(authority), parseCertificate);
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  const chain = (key: TestKey, fields?: Partial<SubjectFields>) => ({
    ca: encodePem('CERTIFICATE', authorityCertificate(key)),
    leaf: encodePem('CERTIFICATE', deviceCertificate(key, fields)),
  });
  const judge = [
    'verify',
    '-x509_strict',
    '-check_ss_sig',
    '-CAfile',
    '@ca',
    '-purpose',
    'sslclient',
    '@leaf',
  ];

  test.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'PS256', 'PS512'] as const)(
    'accepts a chain under %s',
    (algorithm) => {
      expect(opensslOk(judge, chain(testKey(algorithm))).said).toMatch(/: OK\n$/);
    },
  );
  test('accepts times on both sides of 2050, and an empty subject', () => {
    const { signer } = authority;
    const extensions = [
      subjectAlternativeNameExtension([{ kind: 'uri', value: spiffe }], true),
      subjectKeyIdentifierExtension(keyIdentifier(signer.publicKey, sha256)),
    ];
    expect(
      opensslOk(judge, chain(authority, { notAfter: Date.UTC(2050, 0, 1), subject: [], extensions })).said,
    ).toMatch(/OK/);
  });
  test('refuses a chain whose signature was changed, so its word counts', () => {
    const der = deviceCertificate(authority);
    const leaf = encodePem('CERTIFICATE', der.with(der.length - 1, der.at(-1)! ^ 1));
    expect(openssl(judge, { ...chain(authority), leaf }).status).not.toBe(0);
  });
  test('shows the fields as they were given', () => {
    const { said } = opensslOk(
      ['x509', '-in', '@leaf', '-noout', '-text', '-nameopt', 'utf8'],
      chain(authority),
    );
    expect(said).toContain('Version: 3 (0x2)');
    expect(said).toContain('Not After : Dec 31 23:59:59 2049 GMT');
    expect(said).toContain('X509v3 Key Usage: critical\n                Digital Signature\n');
    expect(said).toContain(`URI:${spiffe}`);
  });

  test('writes certificates that are read, with every extension decoded', () => {
    const config = `[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=v3\n[dn]\nC=JP\nO=Plant\nCN=pump\n[v3]
basicConstraints=critical,CA:TRUE,pathlen:3\nkeyUsage=critical,keyCertSign,digitalSignature,decipherOnly,keyAgreement
subjectAltName=DNS:a.example,IP:::1,email:ann@plant.example,URI:urn:x:1,dirName:dir,otherName:1.2.3;UTF8:hi,RID:1.2.3
crlDistributionPoints=URI:http://a.example/crl\nauthorityInfoAccess=OCSP;URI:http://a.example/ocsp
extendedKeyUsage=clientAuth,1.2.3.4\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always,issuer:always
nameConstraints=critical,permitted;DNS:example\n[dir]\nCN=x\nOU=y\n`;
    const { stdout } = opensslOk(
      ['req', '-x509', '-new', '-key', '@key', '-config', '@config', '-days', '9999', '-outform', 'DER'],
      {
        ...{ key: authority.privatePem, config },
      },
    );
    const certificate = parseCertificate(new Uint8Array(stdout));
    expect(verifyCertificateSignature(certificate, authority.signer.publicKey, verify)).toBe(true);
    expect(certificate).toMatchObject({
      subject: [
        { type: 'C', value: 'JP' },
        { type: 'O', value: 'Plant' },
        { type: 'CN', value: 'pump' },
      ],
      basicConstraints: { ca: true, pathLength: 3 },
      keyUsage: ['digitalSignature', 'keyAgreement', 'keyCertSign', 'decipherOnly'],
      extendedKeyUsage: [keyPurpose.clientAuth, '1.2.3.4'],
      authorityInformationAccess: [{ method: accessMethod.ocsp, location: { kind: 'uri' } }],
      authorityCertificate: { serialNumber: certificate.serialNumber },
      unknownCriticalExtensions: ['2.5.29.30'],
    });
    expect(certificate.authorityKeyIdentifier).toEqual(certificate.subjectKeyIdentifier);
    expect(certificate.subjectAlternativeNames.map(({ kind }) => kind)).toEqual([
      'dns',
      'ip',
      'email',
      'uri',
      'directory',
      'other',
      'other',
    ]);
  });
});
