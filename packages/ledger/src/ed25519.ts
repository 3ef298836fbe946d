import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Verify } from '@kiten/codec';

/** Verifies Ed25519 signatures (RFC 8032) with the runtime's own cryptography; any other algorithm fails. */
export const verifyEd25519: Verify = (algorithm, publicKey, data, signature) => {
  const key = algorithm === 'EdDSA' ? ed25519Key(publicKey) : undefined;
  return key !== undefined && verify(null, data, key, signature);
};

function ed25519Key(der: Uint8Array): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    // Bytes that are no key verify nothing.
    return undefined;
  }
}
