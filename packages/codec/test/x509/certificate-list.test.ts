import '../reflect-metadata.ts';
import * as peculiar from '@peculiar/x509';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes.ts';
import { encodePem } from '../../src/pem.ts';
import { basicConstraintsExtension } from '../../src/x509/basic-constraints.ts';
import { parseCertificateList, verifyCertificateListSignature } from '../../src/x509/certificate-list.ts';
import { issueCertificate } from '../../src/x509/issue-certificate.ts';
import { type CertificateListFields, issueCertificateList } from '../../src/x509/issue-certificate-list.ts';
import {
  authorityKeyIdentifierExtension,
  keyIdentifier,
  subjectKeyIdentifierExtension,
} from '../../src/x509/key-identifiers.ts';
import { keyUsageExtension } from '../../src/x509/key-usage.ts';
import type { Name } from '../../src/x509/name.ts';
import { element, sequence } from '../der/element.ts';
import { sha256, testKey, verify } from '../keys.ts';
import { holdsUnderMutation } from '../mutation.ts';
import { hasOpenssl, openssl, opensslOk } from '../openssl.ts';
import { codeOf } from '../refusal.ts';
import { ecdsaWithSha256, extensionOf, generalizedTime, named, utcTime } from './structures.ts';

const { signer, privatePem } = testKey('ES256');
const issuer: Name = [{ type: 'CN', value: 'Plant 7' }];
const identifier = keyIdentifier(signer.publicKey, sha256);
const thisUpdate = Date.UTC(2026, 0, 1);
const fields: CertificateListFields = {
  ...{ issuer, thisUpdate, nextUpdate: Date.UTC(2099, 0, 1), number: 7, authorityKeyIdentifier: identifier },
  revoked: [
    { serialNumber: Uint8Array.of(0x80, 1), at: thisUpdate - 1000, reason: 'keyCompromise' },
    { serialNumber: Uint8Array.of(5), at: thisUpdate - 2000 },
    { serialNumber: Uint8Array.of(6), at: thisUpdate - 2000, reason: 'unspecified' },
  ],
};

test('what is issued is read back, field by field', () => {
  const der = issueCertificateList(fields, signer);
  const list = parseCertificateList(der);
  expect(list).toMatchObject({
    ...{
      der,
      version: 2,
      issuer,
      thisUpdate,
      nextUpdate: fields.nextUpdate,
      number: 7n,
      authorityKeyIdentifier: identifier,
    },
    revoked: [
      { serialNumber: Uint8Array.of(0x80, 1), at: thisUpdate - 1000, reason: 'keyCompromise' },
      { serialNumber: Uint8Array.of(5), at: thisUpdate - 2000, extensions: [] },
      { serialNumber: Uint8Array.of(6), extensions: [] },
    ],
    ...{ unknownCriticalExtensions: [], signatureAlgorithm: 'ES256' },
  });
  expect(verifyCertificateListSignature(list, signer.publicKey, verify)).toBe(true);
  expect(verifyCertificateListSignature(list, testKey('ES256').signer.publicKey, verify)).toBe(false);
});

test('a list without revoked certificates leaves their list out', () => {
  const list = parseCertificateList(issueCertificateList({ ...fields, revoked: [] }, signer));
  expect(list.revoked).toEqual([]);
});

test('a long list is read back', () => {
  const revoked = Array.from({ length: 20_000 }, (_, index) => ({
    serialNumber: Uint8Array.of(1, index >> 8, index & 0xff),
    ...{ at: thisUpdate, reason: 'superseded' as const },
  }));
  const list = parseCertificateList(issueCertificateList({ ...fields, revoked }, signer));
  expect(list.revoked).toHaveLength(20_000);
  expect(list.revoked.at(-1)).toMatchObject(revoked.at(-1)!);
});

test.each<[string, Partial<CertificateListFields>, string]>([
  ['no issuer', { issuer: [] }, 'codec/x509-issuer-empty'],
  ['a next list that comes first', { nextUpdate: thisUpdate }, 'codec/x509-crl-times'],
  ['a negative number', { number: -1 }, 'codec/x509-crl-number'],
  ['a number of 21 octets', { number: 1n << 159n }, 'codec/x509-crl-number'],
  ['half a number', { number: 1.5 }, 'codec/x509-crl-number'],
  [
    'one certificate twice',
    {
      revoked: [
        { serialNumber: Uint8Array.of(5), at: 0 },
        { serialNumber: Uint8Array.of(0, 5), at: 0 },
      ],
    },
    'codec/x509-crl-serial-twice',
  ],
  [
    'a removal',
    { revoked: [{ serialNumber: Uint8Array.of(5), at: 0, reason: 'removeFromCRL' }] },
    'codec/x509-crl-reason',
  ],
  [
    'an extension twice',
    { extensions: [authorityKeyIdentifierExtension(identifier)] },
    'codec/x509-extension-twice',
  ],
])('%s: not issued', (_, more, code) => {
  expect(codeOf(() => issueCertificateList({ ...fields, ...more }, signer))).toBe(code);
});

const nothing = new Uint8Array(0);
const entry = (...more: Uint8Array[]) => sequence(element(2, [5]), utcTime('260101000000'), ...more);
function listOf(parts: {
  version?: Uint8Array;
  times?: Uint8Array;
  revoked?: Uint8Array;
  tail?: Uint8Array;
}): Uint8Array {
  const {
    version = element(2, [1]),
    times = utcTime('260101000000'),
    revoked = nothing,
    tail = nothing,
  } = parts;
  return sequence(
    sequence(version, ecdsaWithSha256, named('x'), times, revoked, tail),
    ecdsaWithSha256,
    element(3, [0, 1]),
  );
}
const listExtensions = (...list: Uint8Array[]) => element(0xa0, sequence(...list));
const isTrue = fromHex('0101ff');

test.each<[string, Uint8Array, string]>([
  ['version 1, written', listOf({ version: element(2, [0]) }), 'codec/x509-crl-version'],
  ['version 3', listOf({ version: element(2, [2]) }), 'codec/x509-crl-version'],
  [
    'GeneralizedTime before 2050',
    listOf({ times: generalizedTime('20260101000000') }),
    'codec/x509-time-form',
  ],
  ['an empty list of entries', listOf({ revoked: sequence() }), 'codec/x509-crl-empty'],
  [
    'entry extensions in version 1',
    listOf({ version: nothing, revoked: sequence(entry(sequence(extensionOf('06032a0304', sequence())))) }),
    'codec/der-trailing',
  ],
  [
    'list extensions in version 1',
    listOf({ version: nothing, tail: listExtensions(extensionOf('06032a0304', sequence())) }),
    'codec/der-trailing',
  ],
  [
    'reason 7',
    listOf({ revoked: sequence(entry(sequence(extensionOf('0603551d15', element(10, [7]))))) }),
    'codec/x509-crl-reason',
  ],
  [
    'reason 11',
    listOf({ revoked: sequence(entry(sequence(extensionOf('0603551d15', element(10, [11]))))) }),
    'codec/der-integer-range',
  ],
  [
    'a reason that is an INTEGER',
    listOf({ revoked: sequence(entry(sequence(extensionOf('0603551d15', element(2, [1]))))) }),
    'codec/der-tag',
  ],
  [
    'a negative number',
    listOf({ tail: listExtensions(extensionOf('0603551d14', element(2, [0x80]))) }),
    'codec/x509-crl-number',
  ],
  [
    'a number without end',
    listOf({ tail: listExtensions(extensionOf('0603551d14', element(2, new Uint8Array(21).fill(1)))) }),
    'codec/x509-crl-number',
  ],
  ['an entry with more', listOf({ revoked: sequence(entry(fromHex('0500'))) }), 'codec/der-tag'],
])('%s: refused', (_, der, code) => {
  expect(codeOf(() => parseCertificateList(der))).toBe(code);
});

test('delta and indirect lists show that they are not complete ones', () => {
  const delta = listOf({ tail: listExtensions(extensionOf('0603551d1b', element(2, [1]), isTrue)) });
  expect(parseCertificateList(delta).unknownCriticalExtensions).toEqual(['2.5.29.27']);
  const indirect = listOf({
    revoked: sequence(entry(sequence(extensionOf('0603551d1d', sequence(), isTrue)))),
  });
  expect(parseCertificateList(indirect).revoked[0]?.unknownCriticalExtensions).toEqual(['2.5.29.29']);
  expect(parseCertificateList(listOf({ version: nothing })).version).toBe(1);
});

test('a damaged list is read or refused, nothing else', () => {
  holdsUnderMutation(issueCertificateList(fields, signer), parseCertificateList);
});

test('@peculiar/x509 reads the same', () => {
  const list = new peculiar.X509Crl(Buffer.from(issueCertificateList(fields, signer)));
  expect(list.entries.map(({ serialNumber, reason }) => [serialNumber, reason])).toEqual([
    ['8001', 1],
    ['05', undefined],
    ['06', undefined],
  ]);
  expect(list.nextUpdate?.getTime()).toBe(fields.nextUpdate);
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  const authority = issueCertificate(
    {
      ...{
        serialNumber: Uint8Array.of(1),
        issuer,
        subject: issuer,
        publicKey: signer.publicKey,
        notBefore: 0,
        notAfter: fields.nextUpdate,
      },
      extensions: [
        ...[basicConstraintsExtension({ ca: true }), keyUsageExtension(['keyCertSign', 'cRLSign'])],
        ...[subjectKeyIdentifierExtension(identifier), authorityKeyIdentifierExtension(identifier)],
      ],
    },
    signer,
  );
  const leafOf = (serialNumber: Uint8Array) =>
    issueCertificate(
      {
        ...{
          serialNumber,
          issuer,
          subject: [{ type: 'CN', value: 'pump-1' }],
          publicKey: testKey('ES256').signer.publicKey,
        },
        ...{ notBefore: 0, notAfter: fields.nextUpdate },
        extensions: [
          subjectKeyIdentifierExtension(Uint8Array.of(1)),
          authorityKeyIdentifierExtension(identifier),
        ],
      },
      signer,
    );
  const files = (serialNumber: Uint8Array) => ({
    ca: encodePem('CERTIFICATE', authority),
    crl: encodePem('X509 CRL', issueCertificateList(fields, signer)),
    leaf: encodePem('CERTIFICATE', leafOf(serialNumber)),
  });
  const judge = ['verify', '-x509_strict', '-crl_check', '-CAfile', '@ca', '-CRLfile', '@crl', '@leaf'];

  test('accepts the list and shows what it says', () => {
    const { said } = opensslOk(
      ['crl', '-in', '@crl', '-noout', '-text', '-CAfile', '@ca'],
      files(Uint8Array.of(9)),
    );
    expect(said).toMatch(/verify OK/i);
    expect(said).toContain('Version 2 (0x1)');
    expect(said).toContain('X509v3 CRL Number: \n                7');
    expect(said).toContain('Key Compromise');
  });
  test('accepts a certificate that is not in it, and refuses one that is', () => {
    expect(opensslOk(judge, files(Uint8Array.of(9))).said).toMatch(/: OK\n$/);
    const { status, said } = openssl(judge, files(Uint8Array.of(5)));
    expect(status).not.toBe(0);
    expect(said).toContain('certificate revoked');
  });
  test('writes lists that are read', () => {
    const config =
      '[ca]\ndefault_ca=a\n[a]\ndatabase=@\ncrlnumber=n\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n';
    const { ca } = files(Uint8Array.of(9));
    const index = 'R\t991231235959Z\t260101000000Z,keyCompromise\t0ABC\tunknown\t/CN=x\n';
    const { stdout } = opensslOk(
      [
        'ca',
        '-gencrl',
        '-config',
        '@config',
        '-keyfile',
        '@key',
        '-cert',
        '@ca',
        '-md',
        'sha256',
        '-crldays',
        '9',
      ],
      { config: config.replace('@', 'index'), index, n: '0100\n', key: privatePem, ca },
    );
    const der = opensslOk(['crl', '-in', '@crl', '-outform', 'DER'], { crl: stdout }).stdout;
    const list = parseCertificateList(new Uint8Array(der));
    expect(list).toMatchObject({ number: 256n, issuer, authorityKeyIdentifier: identifier });
    expect(list.revoked.map(({ serialNumber, reason }) => [toHex(serialNumber), reason])).toEqual([
      ['0abc', 'keyCompromise'],
    ]);
    expect(verifyCertificateListSignature(list, signer.publicKey, verify)).toBe(true);
  });
});
