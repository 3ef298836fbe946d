import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { type AlgorithmName, algorithmOf } from '../../src/algorithms.ts';
import type { Signer, Verify } from '../../src/signer.ts';

const digestOf = (name: AlgorithmName) => algorithmOf(name).hash?.replace('-', '').toLowerCase();

/** Verifies with Node, for the algorithms that these tests sign with. */
export const nodeVerify: Verify = (algorithm, publicKey, data, signature) => {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  return verify(digestOf(algorithm), data, { key, dsaEncoding: 'ieee-p1363' }, signature);
};

/** A signer with a fresh key. */
export function freshSigner(algorithm: 'ES256' | 'EdDSA' | 'ML-DSA-44' | 'RS256'): Signer {
  const { publicKey, privateKey } = keyPair(algorithm);
  return {
    algorithm,
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    sign: (data) =>
      new Uint8Array(sign(digestOf(algorithm), data, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  };
}

function keyPair(algorithm: string): { publicKey: KeyObject; privateKey: KeyObject } {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (algorithm === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return algorithm === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44');
}
