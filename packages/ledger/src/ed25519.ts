import type { Verify } from '@kiten/codec';
import { verifySignature } from './verify-signature.ts';

/** Verifies Ed25519 signatures (RFC 8032) with the runtime's own cryptography; any other algorithm fails. */
export const verifyEd25519: Verify = (algorithm, publicKey, data, signature) =>
  algorithm === 'EdDSA' && verifySignature(algorithm, publicKey, data, signature);
