import { createPublicKey, generateKeyPairSync, sign, verify as verifySignature } from 'node:crypto';
import type { Signer, Verify } from '@kiten/codec';

export function newSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    algorithm: 'EdDSA',
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    sign: (data) => new Uint8Array(sign(null, data, privateKey)),
  };
}

export const verify: Verify = (_, key, data, signature) =>
  verifySignature(
    null,
    data,
    createPublicKey({ key: Buffer.from(key), type: 'spki', format: 'der' }),
    signature,
  );
