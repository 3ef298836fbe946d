import { createPublicKey, ECDH, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { fromHex } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import { checkDeviceKey } from '../../src/index.ts';

const spki = (key: KeyObject) => new Uint8Array(key.export({ format: 'der', type: 'spki' }));
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const code = (publicKey: Uint8Array): string => {
  try {
    checkDeviceKey(publicKey);
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a device key', () => {
  test.each([
    ['P-256', p256],
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey],
    ['Ed25519', generateKeyPairSync('ed25519').publicKey],
    ['RSA 2048', generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey],
  ])('on %s is certified', (_, key) => {
    expect(code(spki(key))).toBe('accepted');
  });

  test.each([
    ['RSA 1024', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey, 'identity/key-weak'],
    [
      'RSA with exponent 3',
      generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey,
      'identity/key-weak',
    ],
    ['P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey, 'identity/key-unsupported'],
    [
      'secp256k1',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey,
      'identity/key-unsupported',
    ],
    ['X25519', generateKeyPairSync('x25519').publicKey, 'identity/key-unsupported'],
    ['Ed448', generateKeyPairSync('ed448').publicKey, 'identity/key-unsupported'],
    [
      'DSA',
      generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).publicKey,
      'identity/key-unsupported',
    ],
  ])('on %s is refused', (_, key, expected) => {
    expect(code(spki(key))).toBe(expected);
  });

  test('has one encoding: a compressed point would be the same key under another digest', () => {
    const whole = spki(p256);
    const point = ECDH.convertKey(
      whole.subarray(26),
      'prime256v1',
      undefined,
      undefined,
      'compressed',
    ) as Buffer;
    const prefix = fromHex('3039301306072a8648ce3d020106082a8648ce3d030107032200');
    const compressed = Uint8Array.from([...prefix, ...point]);
    expect(createPublicKey({ key: Buffer.from(compressed), format: 'der', type: 'spki' }).equals(p256)).toBe(
      true,
    );
    expect(code(compressed)).toBe('identity/key-unsupported');
  });

  test('off its curve, cut short or followed by something is refused', () => {
    const whole = spki(p256);
    const offCurve = whole.slice();
    offCurve[whole.length - 1]! ^= 1;
    expect(code(offCurve)).toBe('identity/key-unsupported');
    expect(code(whole.subarray(0, 90))).toBe('identity/key-unsupported');
    expect(code(Uint8Array.from([...whole, 0]))).toBe('identity/key-unsupported');
    expect(code(new Uint8Array())).toBe('identity/key-unsupported');
  });
});
