import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Signer } from '@kiten/codec';

/** An Ed25519 signer whose secret is one byte, 32 times. */
export function testSigner(seed = 1): Signer {
  return secretSigner(Buffer.alloc(32, seed));
}

/** An Ed25519 signer over its 32 secret bytes. */
export function secretSigner(secret: Uint8Array): Signer {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret]);
  return signerOver('EdDSA', createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
}

/** An ML-DSA-44 signer; another one each time. */
export function latticeSigner(): Signer {
  return signerOver('ML-DSA-44', generateKeyPairSync('ml-dsa-44').privateKey);
}

function signerOver(algorithm: Signer['algorithm'], key: KeyObject): Signer {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return { algorithm, publicKey, sign: (data) => sign(null, data, key) };
}
