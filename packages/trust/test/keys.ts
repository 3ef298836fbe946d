import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import type { AlgorithmName, Sha256, Signer, Verify } from '@kiten/codec';

/** A key pair as the packages take it, and as jose takes it. */
export interface TestKey {
  readonly signer: Signer;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function newKey(algorithm: 'ES256' | 'ES384' | 'EdDSA' = 'ES256'): TestKey {
  const { privateKey, publicKey } =
    algorithm === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: algorithm === 'ES256' ? 'P-256' : 'P-384' });
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  return {
    privateKey,
    publicKey,
    signer: {
      algorithm,
      publicKey: spki,
      sign: (data) =>
        new Uint8Array(sign(hashOf(algorithm), data, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
    },
  };
}

export const sha256: Sha256 = (data) => new Uint8Array(createHash('sha256').update(data).digest());

export const verifyWithNode: Verify = (algorithm, publicKey, data, signature) => {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  return verify(hashOf(algorithm), data, { key, dsaEncoding: 'ieee-p1363' }, signature);
};

function hashOf(algorithm: AlgorithmName): string | null {
  if (algorithm === 'EdDSA') return null;
  return algorithm === 'ES384' ? 'sha384' : 'sha256';
}
