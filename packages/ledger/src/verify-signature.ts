import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type AlgorithmName, encodePem, publicKeyFits, type Verify } from '@kiten/codec';

const known: ReadonlySet<AlgorithmName> = new Set(['EdDSA', 'ML-DSA-44']);

/**
 * Verifies what a log and its witnesses sign with, Ed25519 (RFC 8032) and ML-DSA-44 (FIPS 204, no context), by the
 * runtime's own cryptography. Any other algorithm, or a key of another kind, verifies nothing.
 */
export const verifySignature: Verify = (algorithm, publicKey, data, signature) => {
  if (!known.has(algorithm) || !publicKeyFits(algorithm, publicKey)) return false;
  const key = imported(publicKey);
  return key !== undefined && verify(null, data, key, signature);
};

function imported(der: Uint8Array): KeyObject | undefined {
  try {
    // As PEM: with DER, Node tries other forms first and builds an error with its stack for each.
    return createPublicKey(encodePem('PUBLIC KEY', der));
  } catch {
    // Bytes that are no key verify nothing.
    return undefined;
  }
}
