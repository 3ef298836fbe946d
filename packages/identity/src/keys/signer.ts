import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { ecdsaDerToRaw, KitenError, type Signer } from '@kiten/codec';

/** The algorithms of Kiten's own keys: certificates and EARs are signed with ES256, the log with EdDSA. */
export type OwnAlgorithm = 'ES256' | 'EdDSA';

// Private keys stay in here: what callers pass around and may print or clone is a Signer without them.
const privateKeys = new WeakMap<Signer, KeyObject>();

/** A new key pair: P-256 for ES256, Ed25519 for EdDSA, from the cryptographic library's own random source. */
export function generateSigner(algorithm: OwnAlgorithm): Signer {
  const pair =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519');
  return signerOf(pair.privateKey);
}

/**
 * A signer over a private key. The KeyObject is kept: importing a PEM for each signature costs ten times the
 * signature.
 *
 * @throws KitenError `identity/key-unsupported` unless it is a P-256 or Ed25519 private key.
 */
export function signerOf(privateKey: KeyObject): Signer {
  const algorithm = algorithmOfKey(privateKey);
  const publicKey = new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
  const signer: Signer =
    algorithm === 'ES256'
      ? Object.freeze({ algorithm, publicKey, sign: ecdsa(privateKey) })
      : Object.freeze({ algorithm, publicKey, sign: (data: Uint8Array) => sign(null, data, privateKey) });
  privateKeys.set(signer, privateKey);
  return signer;
}

/**
 * A key handed to Node as such and not within options signs more than twice as fast, but only in DER: the raw form
 * is made of that.
 */
const ecdsa =
  (key: KeyObject): Signer['sign'] =>
  (data) =>
    ecdsaDerToRaw(sign('sha256', data, key), 32);

function algorithmOfKey(key: KeyObject): OwnAlgorithm {
  if (key.type === 'private') {
    if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
    if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1')
      return 'ES256';
  }
  throw new KitenError(
    'identity/key-unsupported',
    'Kiten signs with private keys on P-256 or Ed25519 only.',
    {
      detail: { type: key.asymmetricKeyType ?? key.type },
    },
  );
}

/**
 * The private key as PKCS#8 PEM, for the TLS port that uses it. Keep it out of logs and world-readable files.
 *
 * @throws KitenError `identity/key-not-exportable` for a signer that was not made here (a hardware key, say).
 */
export function exportPrivateKey(signer: Signer): string {
  const key = privateKeys.get(signer);
  if (key === undefined) {
    throw new KitenError(
      'identity/key-not-exportable',
      'The private key of this signer is not held by this process.',
    );
  }
  return key.export({ format: 'pem', type: 'pkcs8' }) as string;
}
