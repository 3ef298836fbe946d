import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type Algorithm,
  type AlgorithmName,
  algorithms,
  coseToAlgorithm,
  joseToAlgorithm,
  tpmToAlgorithm,
  x509OidToAlgorithm,
} from '../src/algorithms.ts';
import { publicKeyFits } from '../src/public-key.ts';

const entries = Object.entries(algorithms) as [AlgorithmName, Algorithm][];

describe('the table', () => {
  test.each(entries)('%s is found by each of its identifiers', (name, algorithm) => {
    expect(coseToAlgorithm(algorithm.cose)).toBe(name);
    expect(joseToAlgorithm(algorithm.jose)).toBe(name);
    if (algorithm.coseFullySpecified !== undefined)
      expect(coseToAlgorithm(algorithm.coseFullySpecified)).toBe(name);
    if (!name.startsWith('PS')) expect(x509OidToAlgorithm(algorithm.x509)).toBe(name);
  });

  test('no two entries share a COSE or JOSE identifier', () => {
    expect(new Set(entries.map(([, { cose }]) => cose)).size).toBe(entries.length);
    expect(new Set(entries.map(([, { jose }]) => jose)).size).toBe(entries.length);
  });

  test('identifiers are those of the registries', () => {
    expect(coseToAlgorithm(-7)).toBe('ES256');
    expect(coseToAlgorithm(-8)).toBe('EdDSA');
    expect(coseToAlgorithm(-19)).toBe('EdDSA');
    expect(coseToAlgorithm(-48)).toBe('ML-DSA-44');
    expect(joseToAlgorithm('Ed25519')).toBe('EdDSA');
    expect(x509OidToAlgorithm('1.2.840.10045.4.3.2')).toBe('ES256');
    expect(x509OidToAlgorithm('2.16.840.1.101.3.4.3.18')).toBe('ML-DSA-65');
    expect(tpmToAlgorithm(0x0018, 0x000b)).toBe('ES256');
    expect(tpmToAlgorithm(0x0014, 0x000c)).toBe('RS384');
    expect(tpmToAlgorithm(0x0016, 0x000d)).toBe('PS512');
    expect(tpmToAlgorithm(0x0060)).toBe('EdDSA');
  });

  test('what it does not hold is not found', () => {
    for (const identifier of [0, 5, -6, -53, '-7', 'ES256', -7n, null, undefined]) {
      expect(coseToAlgorithm(identifier)).toBeUndefined();
    }
    for (const alg of [
      'none',
      'None',
      'HS256',
      'es256',
      'Ed448',
      '__proto__',
      'constructor',
      -7,
      undefined,
    ]) {
      expect(joseToAlgorithm(alg)).toBeUndefined();
    }
    // sha1WithRSAEncryption, RSASSA-PSS without its parameters, id-ecPublicKey
    for (const oid of ['1.2.840.113549.1.1.5', '1.2.840.113549.1.1.10', '1.2.840.10045.2.1', 'toString']) {
      expect(x509OidToAlgorithm(oid)).toBeUndefined();
    }
    expect(tpmToAlgorithm(0x0018)).toBeUndefined();
    expect(tpmToAlgorithm(0x0018, 0x0004)).toBeUndefined();
    expect(tpmToAlgorithm(0x00a1)).toBeUndefined();
  });
});

describe('a public key fits', () => {
  const keys: Readonly<Record<string, KeyObject>> = {
    'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
    'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey,
    'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey,
    secp256k1: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey,
    Ed25519: generateKeyPairSync('ed25519').publicKey,
    Ed448: generateKeyPairSync('ed448').publicKey,
    RSA: generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey,
    'ML-DSA-44': generateKeyPairSync('ml-dsa-44').publicKey,
    'ML-DSA-65': generateKeyPairSync('ml-dsa-65').publicKey,
    'ML-DSA-87': generateKeyPairSync('ml-dsa-87').publicKey,
  };
  const spki = (name: string) => new Uint8Array(keys[name]!.export({ type: 'spki', format: 'der' }));

  test.each([
    ['P-256', ['ES256']],
    ['P-384', ['ES384']],
    ['P-521', ['ES512']],
    ['secp256k1', []],
    ['Ed25519', ['EdDSA']],
    ['Ed448', []],
    ['RSA', ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    ['ML-DSA-44', ['ML-DSA-44']],
    ['ML-DSA-65', ['ML-DSA-65']],
    ['ML-DSA-87', ['ML-DSA-87']],
  ])('%s: %s and no other algorithm', (key, fitting) => {
    expect(entries.filter(([name]) => publicKeyFits(name, spki(key))).map(([name]) => name)).toEqual(fitting);
  });

  test('not if it is cut, extended or empty', () => {
    for (const [key, name] of [
      ['P-256', 'ES256'],
      ['ML-DSA-44', 'ML-DSA-44'],
    ] as const) {
      const der = spki(key);
      expect(publicKeyFits(name, der.subarray(0, der.length - 1))).toBe(false);
      expect(publicKeyFits(name, Uint8Array.from([...der, 0]))).toBe(false);
      expect(publicKeyFits(name, new Uint8Array(0))).toBe(false);
    }
  });

  test('not if its length is not minimal', () => {
    const der = spki('P-256');
    expect(publicKeyFits('ES256', Uint8Array.from([0x30, 0x81, ...der.subarray(1)]))).toBe(false);
  });
});
