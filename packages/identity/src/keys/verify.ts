import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import {
  type Algorithm,
  type AlgorithmName,
  algorithmOf,
  ecdsaRawToDer,
  encodePem,
  equalBytes,
  publicKeyFits,
  type Verify,
} from '@kiten/codec';

const pss = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
} as const;

/**
 * A {@link Verify} by the runtime's cryptography that keeps the last imported public keys: importing a key costs as
 * much as a signature. A key of another kind than the algorithm's, or one that cannot be imported, verifies nothing.
 */
export function createVerify(cacheSize = 64): Verify {
  const keys = new Map<string, KeyObject>();
  return (algorithm, publicKey, data, signature) => {
    if (!publicKeyFits(algorithm, publicKey)) return false;
    const key = importedKey(keys, cacheSize, publicKey);
    return key !== undefined && holds(algorithm, key, data, signature);
  };
}

/** {@link createVerify} with a cache shared by the whole process. */
export const nodeVerify: Verify = createVerify();

function importedKey(keys: Map<string, KeyObject>, limit: number, spki: Uint8Array): KeyObject | undefined {
  const name = Buffer.from(spki).toString('latin1');
  let key = keys.get(name);
  if (key === undefined) {
    key = importPublicKey(spki);
    if (key === undefined) return undefined;
    if (keys.size >= limit) keys.delete(keys.keys().next().value as string);
  } else {
    keys.delete(name);
  }
  // Inserted last: the first key of the map is the one unused for longest.
  keys.set(name, key);
  return key;
}

// A request has one key and several checks of it: the last key is not imported again.
let lastImported: { readonly spki: Uint8Array; readonly key: KeyObject } | undefined;

/** The key in a DER SubjectPublicKeyInfo, or undefined if the runtime cannot make one of it. */
export function importPublicKey(spki: Uint8Array): KeyObject | undefined {
  if (lastImported !== undefined && equalBytes(lastImported.spki, spki)) return lastImported.key;
  try {
    const copy = Buffer.from(spki);
    // As PEM: with DER, Node tries other forms first and builds an error with its stack for each.
    const key = createPublicKey(encodePem('PUBLIC KEY', copy));
    lastImported = { spki: copy, key };
    return key;
  } catch {
    return undefined;
  }
}

function holds(name: AlgorithmName, key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  const algorithm: Algorithm = algorithmOf(name);
  if (algorithm.signatureBytes !== undefined && signature.length !== algorithm.signatureBytes) return false;
  const digest = algorithm.hash === undefined ? null : algorithm.hash.replace('-', '').toLowerCase();
  // Keys within options take Node a slower way (see signer.ts), so only RSASSA-PSS, which needs some, has them.
  const given = name.startsWith('PS') ? { key, ...pss } : key;
  try {
    return verify(digest, data, given, algorithm.kind === 'ecdsa' ? ecdsaRawToDer(signature) : signature);
  } catch {
    // OpenSSL throws rather than refuses when a signature cannot even be read: it does not hold either way.
    return false;
  }
}
