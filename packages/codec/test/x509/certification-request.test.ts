import '../reflect-metadata.ts';
import { webcrypto } from 'node:crypto';
import * as peculiar from '@peculiar/x509';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes.ts';
import { encodePem } from '../../src/pem.ts';
import {
  parseCertificationRequest,
  verifyCertificationRequest,
} from '../../src/x509/certification-request.ts';
import {
  type CertificationRequestFields,
  createCertificationRequest,
} from '../../src/x509/create-certification-request.ts';
import { keyUsageExtension } from '../../src/x509/key-usage.ts';
import { subjectAlternativeNameExtension } from '../../src/x509/subject-alternative-name.ts';
import { element, sequence, set } from '../der/element.ts';
import { testKey, verify } from '../keys.ts';
import { holdsUnderMutation } from '../mutation.ts';
import { hasOpenssl, opensslOk } from '../openssl.ts';
import { codeOf, refusalOf } from '../refusal.ts';
import { ecdsaWithSha256, named } from './structures.ts';

const key = testKey('ES256');
const san = subjectAlternativeNameExtension([
  { kind: 'uri', value: 'spiffe://plant-7.example/device/pump-1' },
]);
const fields: CertificationRequestFields = {
  subject: [{ type: 'CN', value: 'pump-1' }],
  publicKey: key.signer.publicKey,
  extensions: [san, keyUsageExtension(['digitalSignature'])],
  challengePassword: 'tls-unique+value/1=',
  attributes: [{ oid: '1.2.3.4', values: [fromHex('020102'), fromHex('020101')] }],
};

test('what is created is read back, field by field', () => {
  const der = createCertificationRequest(fields, key.signer);
  const request = parseCertificationRequest(der);
  expect(request).toMatchObject({
    der,
    ...{
      subject: fields.subject,
      publicKey: key.signer.publicKey,
      publicKeyAlgorithm: { kind: 'ec', curve: 'P-256' },
    },
    ...{
      challengePassword: 'tls-unique+value/1=',
      extensions: fields.extensions,
      keyUsage: ['digitalSignature'],
    },
    subjectAlternativeNames: [{ kind: 'uri', value: 'spiffe://plant-7.example/device/pump-1' }],
    ...{ signatureAlgorithm: 'ES256', signatureOid: '1.2.840.10045.4.3.2' },
  });
  expect(request.attributes.find(({ oid }) => oid === '1.2.3.4')?.values).toEqual([
    fromHex('020101'),
    fromHex('020102'),
  ]);
  expect(verifyCertificationRequest(request, verify)).toBe(true);
});

test.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'PS384', 'ML-DSA-65'] as const)(
  '%s: possession of the key shows, and only of that key',
  (algorithm) => {
    const own = testKey(algorithm);
    const request = parseCertificationRequest(
      createCertificationRequest({ subject: fields.subject }, own.signer),
    );
    expect(verifyCertificationRequest(request, verify)).toBe(true);
    const stolen = { ...own.signer, sign: testKey(algorithm).signer.sign };
    const claim = parseCertificationRequest(createCertificationRequest({ subject: fields.subject }, stolen));
    expect(verifyCertificationRequest(claim, verify)).toBe(false);
  },
);

test('a request is not signed with another key than it is for', () => {
  const other = testKey('ES256').signer;
  expect(codeOf(() => createCertificationRequest(fields, other))).toBe('codec/x509-request-key');
});

test('fields against the standard are not written', () => {
  const create = (more: Partial<CertificationRequestFields>) =>
    codeOf(() => createCertificationRequest({ ...fields, ...more }, key.signer));
  expect(create({ challengePassword: '' })).toBe('codec/x509-challenge-password');
  expect(create({ challengePassword: 'a'.repeat(256) })).toBe('codec/x509-challenge-password');
  expect(create({ extensions: [san, san] })).toBe('codec/x509-extension-twice');
  expect(create({ attributes: [{ oid: '1.2.840.113549.1.9.7', values: [fromHex('0500')] }] })).toBe(
    'codec/x509-attribute-twice',
  );
});

const challenge = '06092a864886f70d010907';
const request = '06092a864886f70d01090e';
const attribute = (oid: string, ...values: Uint8Array[]) => sequence(fromHex(oid), set(...values));
const printable = (text: string) => element(0x13, text);
const own = (value: Uint8Array) => attribute('06032a0304', value);

function requestOf(attributes: Uint8Array | undefined, version = 0): Uint8Array {
  const info = sequence(
    element(2, [version]),
    named('pump-1'),
    key.signer.publicKey,
    attributes ?? new Uint8Array(0),
  );
  return sequence(info, ecdsaWithSha256, element(3, [0, 1]));
}

test.each<[string, Uint8Array, string]>([
  ['no attributes', requestOf(undefined), 'codec/x509-request-attributes'],
  ['version 1', requestOf(element(0xa0), 1), 'codec/x509-request-version'],
  [
    'an attribute twice',
    requestOf(element(0xa0, own(fromHex('0500')), own(fromHex('0500')))),
    'codec/x509-attribute-twice',
  ],
  [
    'attributes out of order',
    requestOf(element(0xa0, attribute(challenge, printable('a')), own(fromHex('0500')))),
    'codec/der-set-order',
  ],
  [
    'an attribute without value',
    requestOf(element(0xa0, attribute('06032a0304'))),
    'codec/x509-attribute-empty',
  ],
  ['a value that is no DER', requestOf(element(0xa0, own(fromHex('3003020200')))), 'codec/der-truncated'],
  [
    'two challenges',
    requestOf(element(0xa0, attribute(challenge, printable('a'), printable('b')))),
    'codec/x509-attribute-values',
  ],
  [
    'an empty challenge',
    requestOf(element(0xa0, attribute(challenge, printable('')))),
    'codec/x509-challenge-password',
  ],
  [
    'a challenge that is no text',
    requestOf(element(0xa0, attribute(challenge, fromHex('020101')))),
    'codec/der-string-type',
  ],
  [
    'an empty list of extensions',
    requestOf(element(0xa0, attribute(request, sequence()))),
    'codec/x509-extensions-empty',
  ],
  [
    'more attributes than need be',
    requestOf(
      element(
        0xa0,
        ...Array.from({ length: 65 }, (_, index) =>
          attribute(`06032a03${(index + 1).toString(16).padStart(2, '0')}`, fromHex('0500')),
        ),
      ),
    ),
    'codec/x509-attributes-too-many',
  ],
])('%s: refused', (_, der, code) => {
  expect(codeOf(() => parseCertificationRequest(der))).toBe(code);
});

test('the place of a fault counts from the start of the request, in attributes and in the key too', () => {
  const place = (der: Uint8Array) =>
    (refusalOf(() => parseCertificationRequest(der)).detail as { offset: number }).offset;
  const twice = requestOf(element(0xa0, attribute(challenge, printable('b'), printable('c'))));
  expect(twice.subarray(place(twice)).subarray(0, 3)).toEqual(printable('b'));
  const text = requestOf(element(0xa0, attribute(challenge, printable(''))));
  expect(text.subarray(place(text)).subarray(0, 2)).toEqual(printable(''));
  const at = requestOf(element(0xa0)).findIndex(
    (_, index, all) => all[index] === 0x03 && all[index + 1] === 0x42,
  );
  const compressed = requestOf(element(0xa0)).with(at + 3, 2);
  expect(place(compressed)).toBe(at);
});

test('empty attributes and an empty subject are fine', () => {
  expect(parseCertificationRequest(requestOf(element(0xa0)))).toMatchObject({
    attributes: [],
    extensions: [],
  });
  const der = createCertificationRequest({ subject: [] }, key.signer);
  expect(parseCertificationRequest(der)).toMatchObject({ subject: [], subjectAlternativeNames: [] });
});

test('a damaged request is read or refused, and its signature never holds', () => {
  const der = createCertificationRequest(fields, key.signer);
  holdsUnderMutation(der, (bytes) => {
    const damaged = parseCertificationRequest(bytes);
    expect(damaged.info.length).toBeGreaterThan(0);
  });
  const { info, ...rest } = parseCertificationRequest(der);
  for (let index = 0; index < info.length; index += 7) {
    expect(verifyCertificationRequest({ ...rest, info: info.with(index, info[index]! ^ 4) }, verify)).toBe(
      false,
    );
  }
});

test('@peculiar/x509 writes what is read, and reads what is written', async () => {
  peculiar.cryptoProvider.set(webcrypto as Crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const theirs = await peculiar.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=pump-1',
    keys,
    signingAlgorithm: algorithm,
    extensions: [new peculiar.SubjectAlternativeNameExtension([{ type: 'dns', value: 'pump.example' }])],
  });
  const read = parseCertificationRequest(new Uint8Array(theirs.rawData));
  expect(verifyCertificationRequest(read, verify)).toBe(true);
  expect(read.subjectAlternativeNames).toEqual([{ kind: 'dns', value: 'pump.example' }]);
  const ours = new peculiar.Pkcs10CertificateRequest(
    Buffer.from(createCertificationRequest(fields, key.signer)),
  );
  expect(await ours.verify()).toBe(true);
  expect(ours.subject).toBe('CN=pump-1');
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  const config =
    '[req]\ndistinguished_name=dn\nattributes=more\nprompt=no\nreq_extensions=v3\n[dn]\nCN=pump-1\n[more]\nchallengePassword=secret-1\nunstructuredName=x\n[v3]\nsubjectAltName=DNS:pump.example\n';

  test.each(['ES256', 'ES384', 'EdDSA', 'RS256'] as const)(
    'writes requests under %s that are read',
    (algorithm) => {
      const own = testKey(algorithm);
      const { stdout } = opensslOk(['req', '-new', '-key', '@key', '-config', '@config', '-outform', 'DER'], {
        key: own.privatePem,
        config,
      });
      const read = parseCertificationRequest(new Uint8Array(stdout));
      expect(verifyCertificationRequest(read, verify)).toBe(true);
      expect(read).toMatchObject({
        challengePassword: 'secret-1',
        subjectAlternativeNames: [{ kind: 'dns', value: 'pump.example' }],
      });
      expect(read.attributes).toHaveLength(3);
    },
  );
  test('writes RSASSA-PSS with the usual parameters, which are read, and unusual ones, which do not verify', () => {
    const own = testKey('RS256');
    const write = (...more: string[]) =>
      parseCertificationRequest(
        new Uint8Array(
          opensslOk(
            [
              'req',
              '-new',
              '-key',
              '@key',
              '-subj',
              '/CN=x',
              '-sha256',
              '-sigopt',
              'rsa_padding_mode:pss',
              ...more,
              '-outform',
              'DER',
            ],
            { key: own.privatePem },
          ).stdout,
        ),
      );
    const usual = write('-sigopt', 'rsa_pss_saltlen:32');
    expect(usual.signatureAlgorithm).toBe('PS256');
    expect(verifyCertificationRequest(usual, verify)).toBe(true);
    const unusual = write('-sigopt', 'rsa_pss_saltlen:17');
    expect(unusual).toMatchObject({ signatureAlgorithm: undefined, signatureOid: '1.2.840.113549.1.1.10' });
    expect(verifyCertificationRequest(unusual, verify)).toBe(false);
  });
  test('accepts what is created', () => {
    const pem = encodePem('CERTIFICATE REQUEST', createCertificationRequest(fields, key.signer));
    const { said } = opensslOk(['req', '-in', '@request', '-noout', '-verify', '-text'], { request: pem });
    expect(said).toMatch(/verify OK/i);
    expect(said).toContain('URI:spiffe://plant-7.example/device/pump-1');
    expect(said).toContain('tls-unique+value/1=');
  });
});

test('NULL beside ECDSA is let pass in a request, as Mbed TLS wrote it (its issue 2924), and nothing else is', () => {
  const { info, signature } = parseCertificationRequest(createCertificationRequest(fields, key.signer));
  const withParameters = (parameters: string) => {
    const algorithm = sequence(fromHex('06082a8648ce3d040302'), fromHex(parameters));
    return parseCertificationRequest(sequence(info, algorithm, element(3, [0], signature)));
  };
  const request = withParameters('0500');
  expect(request.signatureAlgorithm).toBe('ES256');
  expect(verifyCertificationRequest(request, verify)).toBe(true);
  expect(codeOf(() => withParameters('020100'))).toBe('codec/x509-algorithm-parameters');
});
