import { staysInside } from '../quote/check-certify.ts';
import type { TpmKey } from './attestation-key.ts';

/** Why a key cannot speak for a TPM. */
export type AttestationKeyProblem =
  /** Nothing is known about it but the key itself. */
  | 'key-without-area'
  /** It may sign what does not come from the TPM. */
  | 'key-unrestricted'
  /** It does not sign, or decrypts as well. */
  | 'key-use'
  /** It could leave the TPM, or was made outside. */
  | 'key-exportable';

/**
 * Whether a key is one that attests (TCG TPM 2.0 Keys for Device Identity and Attestation, 5.3): it is restricted, only
 * signs, was made in its TPM and never leaves it.
 */
export function attestationKeyProblem(key: TpmKey): AttestationKeyProblem | undefined {
  if (key.area === undefined) return 'key-without-area';
  const { attributes } = key.area;
  if (!attributes.has('restricted')) return 'key-unrestricted';
  if (!attributes.has('signEncrypt') || attributes.has('decrypt')) return 'key-use';
  return staysInside(key) ? undefined : 'key-exportable';
}
