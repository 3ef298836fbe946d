import { constants, type KeyObject, verify } from 'node:crypto';
import { ecdsaRawToDer } from '@kiten/codec';
import type { TpmSignature } from '@kiten/wire';
import { hashName } from '../hash.ts';
import type { TpmKey } from './attestation-key.ts';

/** What stands against a signature. */
export type SignatureProblem = 'signature' | 'signature-hash' | 'signature-scheme';

/** Collisions of SHA-1 are bought cheaply: whoever chooses what is signed could have two messages signed at once. */
const strong: ReadonlySet<string> = new Set([
  'sha256',
  'sha384',
  'sha512',
  'sm3_256',
  'sha3_256',
  'sha3_384',
  'sha3_512',
]);

/**
 * Checks a TPMT_SIGNATURE over a message under a key. The scheme has to be one of the key's kind, and the key's own
 * if it is bound to one.
 *
 * @returns what is wrong, or undefined if it holds
 */
export function signatureProblem(
  message: Uint8Array,
  signature: TpmSignature,
  key: TpmKey,
): SignatureProblem | undefined {
  if (!strong.has(signature.hash.name)) return 'signature-hash';
  if (!schemeFits(signature, key)) return 'signature-scheme';
  return holds(message, signature, key) ? undefined : 'signature';
}

const schemeIds = { rsassa: 0x0014, rsapss: 0x0016, ecdsa: 0x0018 } as const;

function schemeFits({ scheme, hash }: TpmSignature, { kind, area }: TpmKey): boolean {
  if ((scheme === 'ecdsa') !== (kind === 'ec')) return false;
  const bound = area?.scheme;
  return bound === undefined || (bound.algorithm === schemeIds[scheme] && bound.hash?.id === hash.id);
}

function holds(message: Uint8Array, signature: TpmSignature, { key, coordinateBytes }: TpmKey): boolean {
  const digest = hashName(signature.hash);
  try {
    if (signature.scheme === 'ecdsa') {
      const der = ecdsaDer(signature.r, signature.s, coordinateBytes);
      // A key that is handed over as such is verified with faster than one within options.
      return der !== undefined && verify(digest, message, key, der);
    }
    if (signature.scheme === 'rsassa') return verify(digest, message, key, signature.signature);
    return verify(digest, message, pss(key), signature.signature);
  } catch {
    // OpenSSL throws rather than refuses when it cannot even read a signature: it does not hold either way.
    return false;
  }
}

/** TPMs salt with as much as fits or with a digest's length (Part 1, B.7): the signature itself tells. */
const pss = (key: KeyObject) => ({
  key,
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_AUTO,
});

function ecdsaDer(r: Uint8Array, s: Uint8Array, bytes: number): Uint8Array | undefined {
  if (r.length > bytes || s.length > bytes) return undefined;
  const raw = new Uint8Array(bytes * 2);
  raw.set(r, bytes - r.length);
  raw.set(s, bytes * 2 - s.length);
  return ecdsaRawToDer(raw);
}
