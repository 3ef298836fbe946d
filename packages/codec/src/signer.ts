import type { AlgorithmName } from './algorithms.ts';

/** A key that signs. Codec performs no cryptography: whoever holds the key hands this in. */
export interface Signer {
  readonly algorithm: AlgorithmName;
  /** The public key as DER SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
  readonly publicKey: Uint8Array;
  /** Signs the message, not its digest. ECDSA yields r ‖ s, each as long as the curve's order (IEEE P1363). */
  sign(data: Uint8Array): Uint8Array;
}

/**
 * Checks a signature over a message, not over its digest.
 *
 * @param publicKey DER SubjectPublicKeyInfo.
 * @param signature raw; for ECDSA r ‖ s (IEEE P1363).
 * @returns false for a signature that does not hold, whatever is wrong with it.
 */
export type Verify = (
  algorithm: AlgorithmName,
  publicKey: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
) => boolean;

/** The 32 octets of SHA-256 over `data`. */
export type Sha256 = (data: Uint8Array) => Uint8Array;
