import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { fromHex } from '../../src/bytes.ts';
import { publicKeyAlgorithm } from '../../src/x509/public-key-algorithm.ts';
import { element, sequence } from '../der/element.ts';
import { testKey } from '../keys.ts';
import { holdsUnderMutation } from '../mutation.ts';
import { codeOf } from '../refusal.ts';

const spki = (key: KeyObject) => new Uint8Array(key.export({ type: 'spki', format: 'der' }));

test('the keys that Node makes are recognised', () => {
  expect(publicKeyAlgorithm(testKey('ES256').signer.publicKey)).toEqual({ kind: 'ec', curve: 'P-256' });
  expect(publicKeyAlgorithm(testKey('ES384').signer.publicKey)).toEqual({ kind: 'ec', curve: 'P-384' });
  expect(publicKeyAlgorithm(testKey('ES512').signer.publicKey)).toEqual({ kind: 'ec', curve: 'P-521' });
  expect(publicKeyAlgorithm(testKey('EdDSA').signer.publicKey)).toEqual({ kind: 'ed25519' });
  expect(publicKeyAlgorithm(testKey('RS256').signer.publicKey)).toEqual({ kind: 'rsa', bits: 2048 });
  for (const name of ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const) {
    expect(publicKeyAlgorithm(testKey(name).signer.publicKey)).toEqual({ kind: 'ml-dsa', name });
  }
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey;
  expect(publicKeyAlgorithm(spki(pss))).toEqual({ kind: 'rsa', bits: 2048, padding: 'pss' });
  const bound = generateKeyPairSync('rsa-pss', {
    modulusLength: 2048,
    hashAlgorithm: 'sha256',
    mgf1HashAlgorithm: 'sha256',
  });
  expect(publicKeyAlgorithm(spki(bound.publicKey))).toEqual({
    kind: 'rsa',
    bits: 2048,
    padding: 'pss',
    only: 'PS256',
  });
  expect(publicKeyAlgorithm(spki(generateKeyPairSync('x25519').publicKey))).toEqual({
    kind: 'unknown',
    oid: '1.3.101.110',
  });
  const koblitz = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey;
  expect(publicKeyAlgorithm(spki(koblitz))).toEqual({ kind: 'unknown', oid: '1.3.132.0.10' });
});

const ecPublicKey = fromHex('06072a8648ce3d0201');
const p256 = fromHex('06082a8648ce3d030107');
const rsaEncryption = fromHex('06092a864886f70d010101');
const point = (form: number, length: number) => element(0x03, [0, form], new Uint8Array(length).fill(1));
const rsa = (modulus: Uint8Array, exponent: Uint8Array) =>
  sequence(
    sequence(rsaEncryption, [5, 0]),
    element(0x03, [0], sequence(element(2, modulus), element(2, exponent))),
  );
const modulus = (bits: number) => Uint8Array.of(0, ...new Uint8Array(bits / 8).fill(0xff));

test.each([
  ['a compressed point', sequence(sequence(ecPublicKey, p256), point(2, 32)), 'codec/x509-ec-point-form'],
  ['a hybrid point', sequence(sequence(ecPublicKey, p256), point(6, 64)), 'codec/x509-ec-point-form'],
  ['a point too short', sequence(sequence(ecPublicKey, p256), point(4, 63)), 'codec/x509-public-key-length'],
  [
    'a point of another curve',
    sequence(sequence(ecPublicKey, p256), point(4, 96)),
    'codec/x509-public-key-length',
  ],
  [
    'a key that ends within an octet',
    sequence(sequence(ecPublicKey, p256), element(3, [4, 0x10])),
    'codec/der-bit-string-whole',
  ],
  [
    'a curve spelt out',
    sequence(sequence(ecPublicKey, sequence()), point(4, 64)),
    'codec/x509-public-key-parameters',
  ],
  ['no curve', sequence(sequence(ecPublicKey), point(4, 64)), 'codec/x509-public-key-parameters'],
  [
    'parameters of Ed25519',
    sequence(sequence(fromHex('06032b6570'), [5, 0]), point(1, 31)),
    'codec/x509-public-key-parameters',
  ],
  [
    '31 octets of Ed25519',
    sequence(sequence(fromHex('06032b6570')), point(1, 30)),
    'codec/x509-public-key-length',
  ],
  ['RSA without NULL', sequence(sequence(rsaEncryption), point(1, 31)), 'codec/der-truncated'],
  ['RSA of 1024 bits', rsa(modulus(1024), fromHex('010001')), 'codec/x509-rsa-too-short'],
  ['RSA without end', rsa(modulus(16_392), fromHex('010001')), 'codec/x509-rsa-key'],
  ['exponent 1', rsa(modulus(2048), fromHex('01')), 'codec/x509-rsa-key'],
  ['an even exponent', rsa(modulus(2048), fromHex('010000')), 'codec/x509-rsa-key'],
  ['a long exponent', rsa(modulus(2048), fromHex('010000000000000001')), 'codec/x509-rsa-key'],
  ['an even modulus', rsa(modulus(2048).with(256, 0xfe), fromHex('010001')), 'codec/x509-rsa-key'],
  ['a negative modulus', rsa(fromHex('81'.repeat(256)), fromHex('010001')), 'codec/x509-rsa-key'],
])('%s is refused', (_, der, code) => {
  expect(codeOf(() => publicKeyAlgorithm(der))).toBe(code);
});

test('a modulus whose top bit is clear counts as shorter', () => {
  const short = modulus(2048).slice(1).with(0, 0x7f);
  expect(codeOf(() => publicKeyAlgorithm(rsa(short, fromHex('010001'))))).toBe('codec/x509-rsa-too-short');
});

test('damaged keys are read or refused, nothing else', () => {
  holdsUnderMutation(testKey('ES256').signer.publicKey, publicKeyAlgorithm);
  holdsUnderMutation(testKey('RS256').signer.publicKey, publicKeyAlgorithm, 300);
});
