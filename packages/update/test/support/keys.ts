import { constants, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { algorithmOf, ecdsaRawToDer, encodePem, type Signer, type Verify } from '@kiten/codec';

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/** Node's own verification, without a cache. */
export const nodeVerify: Verify = (algorithm, publicKey, data, signature) => {
  const key = createPublicKey(encodePem('PUBLIC KEY', publicKey));
  const { hash, kind } = algorithmOf(algorithm);
  const digest = hash === undefined ? null : hash.replace('-', '').toLowerCase();
  const given = algorithm.startsWith('PS') ? { key, ...pss } : key;
  return verify(digest, data, given, kind === 'ecdsa' ? ecdsaRawToDer(signature) : signature);
};

const spki = (key: KeyObject): Uint8Array => new Uint8Array(key.export({ format: 'der', type: 'spki' }));

export function ed25519Signer(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { algorithm: 'EdDSA', publicKey: spki(publicKey), sign: (data) => sign(null, data, privateKey) };
}

export function ecdsaSigner(curve: 'P-256' | 'P-384' = 'P-256'): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const [algorithm, hash] =
    curve === 'P-256' ? (['ES256', 'sha256'] as const) : (['ES384', 'sha384'] as const);
  const given = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return { algorithm, publicKey: spki(publicKey), sign: (data) => sign(hash, data, given) };
}

export function rsaSigner(algorithm: 'PS256' | 'RS256' = 'PS256', modulusLength = 2048): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const given = algorithm === 'PS256' ? { key: privateKey, ...pss } : privateKey;
  return { algorithm, publicKey: spki(publicKey), sign: (data) => sign('sha256', data, given) };
}
