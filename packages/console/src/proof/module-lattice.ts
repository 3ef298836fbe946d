import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';

const sets: Readonly<Record<string, typeof ml_dsa44>> = {
  'ML-DSA-44': ml_dsa44,
  'ML-DSA-65': ml_dsa65,
  'ML-DSA-87': ml_dsa87,
};

/** Verifies ML-DSA (FIPS 204, no context) where the browser cannot. The end of the SubjectPublicKeyInfo is the key. */
export function verifyModuleLattice(
  name: string,
  spki: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const set = sets[name];
  const { publicKey: keyBytes = 0, signature: signatureBytes } = set?.lengths ?? {};
  if (set === undefined || spki.length < keyBytes) throw new Error(`there is no ${name}`);
  // The library throws for a signature that cannot be one.
  return signature.length === signatureBytes && set.verify(signature, data, spki.subarray(-keyBytes));
}
