import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { type AlgorithmName, algorithmOf } from '@kiten/codec';
import type { Cryptography } from '../../src/index.ts';

/** A key that somebody signs with. */
export interface Key {
  readonly algorithm: AlgorithmName;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of it. */
  readonly id: Uint8Array;
  /** ECDSA yields r ‖ s. */
  sign(data: Uint8Array): Uint8Array;
}

export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

export function makeKey(algorithm: AlgorithmName): Key {
  const pair = keyPair(algorithm);
  const publicKey = new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' }));
  const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return {
    algorithm,
    publicKey,
    id: sha256(publicKey),
    sign: (data) => new Uint8Array(sign(digestOf(algorithm), data, key)),
  };
}

function keyPair(algorithm: AlgorithmName): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (algorithm) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'ES384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
    case 'ML-DSA-44':
      return generateKeyPairSync('ml-dsa-44');
    case 'ML-DSA-65':
      return generateKeyPairSync('ml-dsa-65');
    default:
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
  }
}

const digestOf = (name: AlgorithmName) => algorithmOf(name).hash?.replace('-', '').toLowerCase();

const imported = new Map<string, KeyObject>();

/** Node's cryptography. A key that cannot be imported is an exception here, as it is with WebCrypto. */
export const nodeCryptography: Cryptography = {
  sha256: (data) => sha256(data),
  verify: (algorithm, publicKey, data, signature) => {
    const name = Buffer.from(publicKey).toString('latin1');
    let key = imported.get(name);
    if (key === undefined) {
      key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
      imported.set(name, key);
    }
    return verify(digestOf(algorithm), data, { key, dsaEncoding: 'ieee-p1363' }, signature);
  },
};
