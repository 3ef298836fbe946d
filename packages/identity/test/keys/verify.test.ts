import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createVerify, generateSigner } from '../../src/index.ts';

const data = Uint8Array.of(1, 2, 3);
const spki = (key: ReturnType<typeof generateKeyPairSync>['publicKey']) =>
  new Uint8Array(key.export({ format: 'der', type: 'spki' }));

describe('verify', () => {
  test.each(['ES256', 'EdDSA'] as const)('takes a raw %s signature and no other octets', (algorithm) => {
    const verify = createVerify();
    const { publicKey, sign: signWith } = generateSigner(algorithm);
    const signature = signWith(data);
    expect(signature.length).toBe(64);
    expect(verify(algorithm, publicKey, data, signature)).toBe(true);
    expect(verify(algorithm, publicKey, Uint8Array.of(1, 2, 4), signature)).toBe(false);
    for (let at = 0; at < signature.length; at += 1) {
      const flipped = signature.slice();
      flipped[at]! ^= 1;
      expect(verify(algorithm, publicKey, data, flipped)).toBe(false);
    }
    expect(verify(algorithm, publicKey, data, signature.subarray(1))).toBe(false);
    expect(verify(algorithm, publicKey, data, new Uint8Array(65))).toBe(false);
  });

  test('knows P-384, RSA with both paddings, and ML-DSA', () => {
    const verify = createVerify();
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const raw = sign('sha384', data, { key: p384.privateKey, dsaEncoding: 'ieee-p1363' });
    expect(verify('ES384', spki(p384.publicKey), data, raw)).toBe(true);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(verify('RS256', spki(rsa.publicKey), data, sign('sha256', data, rsa.privateKey))).toBe(true);
    const pss = sign('sha256', data, { key: rsa.privateKey, padding: 6, saltLength: 32 });
    expect(verify('PS256', spki(rsa.publicKey), data, pss)).toBe(true);
    expect(verify('RS256', spki(rsa.publicKey), data, pss)).toBe(false);
    const { privateKey, publicKey } = generateKeyPairSync('ml-dsa-44');
    expect(verify('ML-DSA-44', spki(publicKey), data, sign(null, data, privateKey))).toBe(true);
  });

  test('does not let the algorithm pick another kind of key', () => {
    const verify = createVerify();
    const signer = generateSigner('ES256');
    const other = generateSigner('EdDSA');
    expect(verify('EdDSA', signer.publicKey, data, signer.sign(data))).toBe(false);
    expect(verify('ES256', other.publicKey, data, other.sign(data))).toBe(false);
    expect(verify('ES384', signer.publicKey, data, signer.sign(data))).toBe(false);
  });

  test('refuses a key that cannot be imported, and goes on beyond the size of its cache', () => {
    const verify = createVerify(2);
    const signers = [1, 2, 3, 4].map(() => generateSigner('ES256'));
    const broken = signers[0]!.publicKey.slice();
    broken.fill(0xff, 30);
    expect(verify('ES256', broken, data, signers[0]!.sign(data))).toBe(false);
    for (const signer of [...signers, ...signers]) {
      expect(verify('ES256', signer.publicKey, data, signer.sign(data))).toBe(true);
      expect(verify('ES256', signers[0]!.publicKey, data, signer.sign(data))).toBe(signer === signers[0]);
    }
  });
});
