import { publicKeyAlgorithm } from '@kiten/codec';
import type { PublicKey } from '@kiten/update';

/** By what algorithm metadata and manifests are signed with a key (SPKI, DER). */
export function algorithmOfKey(publicKey: Uint8Array): PublicKey['algorithm'] | undefined {
  const found = publicKeyAlgorithm(publicKey);
  if (found.kind === 'ed25519') return 'EdDSA';
  if (found.kind === 'rsa') return 'PS256';
  if (found.kind !== 'ec') return undefined;
  return ({ 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' } as const)[found.curve];
}
