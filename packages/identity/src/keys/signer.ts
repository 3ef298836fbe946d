import { constants, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { algorithmOf, ecdsaDerToRaw, KitenError, type Signer } from '@kiten/codec';

/** The algorithms of Kiten's own keys: certificates and EARs are signed with ES256, the log with EdDSA. */
export type OwnAlgorithm = 'ES256' | 'EdDSA';

// Private keys stay in here: what callers pass around and may print or clone is a Signer without them.
const privateKeys = new WeakMap<Signer, KeyObject>();

/** A new key pair: P-256 for ES256, Ed25519 for EdDSA, from the cryptographic library's own random source. */
export function generateSigner(algorithm: OwnAlgorithm): Signer {
  return signerOf(generatePrivateKey(algorithm));
}

/**
 * A signer over a private key. The KeyObject is kept: importing a PEM for each signature costs ten times the
 * signature.
 *
 * @throws KitenError `identity/key-unsupported` unless it is a P-256 or Ed25519 private key.
 */
export function signerOf(privateKey: KeyObject): Signer {
  const algorithm = anyAlgorithmOf(privateKey);
  if (algorithm === 'ES256' || algorithm === 'EdDSA') return newSigner(algorithm, privateKey);
  throw unsupported(privateKey, 'Kiten signs with private keys on P-256 or Ed25519 only.');
}

/** The algorithms that people sign releases with: RSA keys with PSS and SHA-256, the rest with what their kind has. */
export type ReleaseAlgorithm = OwnAlgorithm | 'ES384' | 'ES512' | 'PS256' | `ML-DSA-${'44' | '65' | '87'}`;

/** A new key pair for a holder of releases; RSA keys have 3072 bits. */
export function generateReleaseSigner(algorithm: ReleaseAlgorithm): Signer {
  return releaseSignerOf(generatePrivateKey(algorithm));
}

/**
 * A signer over the private key of somebody who signs releases, whose kind they chose themselves.
 *
 * @throws KitenError `identity/key-unsupported` unless it is one of Ed25519, P-256, P-384, P-521, ML-DSA, or RSA from
 * 2048 bits.
 */
export function releaseSignerOf(privateKey: KeyObject): Signer {
  const algorithm = anyAlgorithmOf(privateKey);
  if (algorithm !== undefined) return newSigner(algorithm, privateKey);
  throw unsupported(
    privateKey,
    'Releases are signed with Ed25519, P-256, P-384, P-521, ML-DSA, or RSA from 2048 bits.',
  );
}

function newSigner(algorithm: ReleaseAlgorithm, privateKey: KeyObject): Signer {
  const publicKey = new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
  const signer: Signer = Object.freeze({ algorithm, publicKey, sign: signing(algorithm, privateKey) });
  privateKeys.set(signer, privateKey);
  return signer;
}

/**
 * A key handed to Node as such and not within options signs more than twice as fast, but only in DER: the raw form of
 * ECDSA is made of that.
 */
function signing(algorithm: ReleaseAlgorithm, key: KeyObject): Signer['sign'] {
  const { hash, coordinateBytes } = algorithmOf(algorithm);
  const digest = hash?.replace('-', '').toLowerCase() ?? null;
  if (coordinateBytes !== undefined) return (data) => ecdsaDerToRaw(sign(digest, data, key), coordinateBytes);
  if (algorithm === 'PS256') return (data) => sign(digest, data, { key, ...pss });
  return (data) => sign(digest, data, key);
}

const pss = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
} as const;

const curves: Readonly<Record<string, ReleaseAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

const kinds: Readonly<Record<string, ReleaseAlgorithm>> = {
  ed25519: 'EdDSA',
  'ml-dsa-44': 'ML-DSA-44',
  'ml-dsa-65': 'ML-DSA-65',
  'ml-dsa-87': 'ML-DSA-87',
};

function anyAlgorithmOf(key: KeyObject): ReleaseAlgorithm | undefined {
  if (key.type !== 'private') return undefined;
  const { asymmetricKeyType: kind = '', asymmetricKeyDetails: details } = key;
  if (kind === 'ec') return curves[details?.namedCurve ?? ''];
  if (kind === 'rsa') return (details?.modulusLength ?? 0) >= 2048 ? 'PS256' : undefined;
  return kinds[kind];
}

function generatePrivateKey(algorithm: ReleaseAlgorithm): KeyObject {
  if (algorithm === 'PS256') return generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey;
  const [namedCurve] = Object.entries(curves).find(([, name]) => name === algorithm) ?? [];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve }).privateKey;
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519').privateKey;
  return generateKeyPairSync(algorithm.toLowerCase() as 'ml-dsa-44').privateKey;
}

function unsupported(key: KeyObject, sentence: string): KitenError {
  return new KitenError('identity/key-unsupported', sentence, {
    detail: { type: key.asymmetricKeyType ?? key.type },
  });
}

/**
 * The private key as PKCS#8 PEM, for the TLS port that uses it. Keep it out of logs and world-readable files.
 *
 * @param passphrase encrypts it (AES-256-CBC under PBKDF2).
 * @throws KitenError `identity/key-not-exportable` for a signer that was not made here (a hardware key, say).
 */
export function exportPrivateKey(signer: Signer, passphrase?: string): string {
  const key = privateKeys.get(signer);
  if (key === undefined) {
    throw new KitenError(
      'identity/key-not-exportable',
      'The private key of this signer is not held by this process.',
    );
  }
  const encryption = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return key.export({ format: 'pem', type: 'pkcs8', ...encryption }) as string;
}
