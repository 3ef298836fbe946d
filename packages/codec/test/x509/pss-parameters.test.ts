import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Signer } from '../../src/algorithms.ts';
import { fromHex } from '../../src/bytes.ts';
import { readDer } from '../../src/der/reader.ts';
import { readSignatureAlgorithm, signatureAlgorithmIdentifier } from '../../src/x509/algorithm-identifier.ts';
import {
  parseCertificationRequest,
  verifyCertificationRequest,
} from '../../src/x509/certification-request.ts';
import { createCertificationRequest } from '../../src/x509/create-certification-request.ts';
import { element, sequence } from '../der/element.ts';
import { codeOf } from '../refusal.ts';

const sha1 = fromHex('06052b0e03021a');
const sha256 = fromHex('0609608648016503040201');
const sha384 = fromHex('0609608648016503040202');
const mgf1 = fromHex('06092a864886f70d010108');
const none = new Uint8Array(0);
const hash = (oid: Uint8Array, parameters = fromHex('0500')) => element(0xa0, sequence(oid, parameters));
const mask = (oid: Uint8Array, parameters = fromHex('0500')) =>
  element(0xa1, sequence(mgf1, sequence(oid, parameters)));
const salt = (length: number) => element(0xa2, element(2, [length]));
const identifier = (...parts: Uint8Array[]) =>
  sequence(fromHex('06092a864886f70d01010a'), sequence(...parts));
const nameOf = (der: Uint8Array) => readDer(der, 1024, readSignatureAlgorithm).name;

test('the usual parameters name an algorithm, with NULL beside the hash or without (RFC 4055 §2.1)', () => {
  const usual = identifier(hash(sha256), mask(sha256), salt(32));
  expect(nameOf(usual)).toBe('PS256');
  expect(signatureAlgorithmIdentifier('PS256')).toEqual(usual);
  expect(nameOf(identifier(hash(sha256, none), mask(sha256, none), salt(32)))).toBe('PS256');
});

test.each([
  ['the defaults, which are SHA-1', identifier()],
  ['another hash in the mask', identifier(hash(sha256), mask(sha384), salt(32))],
  ['SHA-1 in the mask', identifier(hash(sha256), salt(32))],
  ['a salt of 16 octets', identifier(hash(sha256), mask(sha256), salt(16))],
])('%s: no algorithm known here', (_, der) => {
  expect(nameOf(der)).toBeUndefined();
});

test.each([
  ['SHA-1, written', identifier(hash(sha1), mask(sha256), salt(32)), 'codec/der-default-encoded'],
  ['SHA-1 in the mask, written', identifier(hash(sha256), mask(sha1), salt(32)), 'codec/der-default-encoded'],
  [
    '20 octets of salt, written',
    identifier(hash(sha256), mask(sha256), salt(20)),
    'codec/der-default-encoded',
  ],
  [
    'the trailer, written',
    identifier(hash(sha256), mask(sha256), salt(32), element(0xa3, [2, 1, 1])),
    'codec/der-trailing',
  ],
  ['parts out of order', identifier(mask(sha256), hash(sha256), salt(32)), 'codec/der-trailing'],
  [
    'another mask',
    identifier(hash(sha256), element(0xa1, sequence(sha256, sequence(sha256)))),
    'codec/x509-algorithm-parameters',
  ],
  ['a negative salt', identifier(hash(sha256), mask(sha256), salt(0xff)), 'codec/der-integer-range'],
])('%s: refused', (_, der, code) => {
  expect(codeOf(() => nameOf(der))).toBe(code);
});

test('a key that is bound to RSASSA-PSS, or to one hash, does not go with other algorithms', () => {
  const holds = (publicKey: Uint8Array, algorithm: Signer['algorithm']) => {
    const signature = new Uint8Array(algorithm === 'ES256' ? 64 : 256).fill(1);
    const signer: Signer = { algorithm, publicKey, sign: () => signature };
    const request = parseCertificationRequest(createCertificationRequest({ subject: [] }, signer));
    return verifyCertificationRequest(request, () => true);
  };
  const options = { modulusLength: 2048, hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha384' };
  const bound = generateKeyPairSync('rsa-pss', options).publicKey.export({ type: 'spki', format: 'der' });
  const free = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey.export({
    type: 'spki',
    format: 'der',
  });
  expect([holds(bound, 'PS384'), holds(bound, 'PS256'), holds(bound, 'RS384')]).toEqual([true, false, false]);
  expect([holds(free, 'PS256'), holds(free, 'RS256'), holds(free, 'ES256')]).toEqual([true, false, false]);
});
