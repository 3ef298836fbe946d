import type { EndorsementWord } from '../endorsement/endorsement-certificate.ts';
import type { TpmKey } from '../keys/attestation-key.ts';
import type { CertifiedKey } from '../quote/check-certify.ts';
import { checkCertify } from '../quote/check-certify.ts';
import { type Conclusion, conclude } from './conclusion.ts';

/** Whether the keys that a device shows are kept by its TPM. */
export function appraiseKeys(
  certified: readonly CertifiedKey[],
  key: TpmKey,
  nonce: Uint8Array,
): Conclusion | undefined {
  if (certified.length === 0) return undefined;
  for (const each of certified) {
    const { problem } = checkCertify(each, key, nonce);
    if (problem === 'key-exportable') return conclude('key-exportable', 'keys');
    if (problem !== undefined) return conclude('key-not-certified', 'keys', { problem });
  }
  return conclude('keys-in-tpm', 'keys', { count: certified.length });
}

/** Whose TPM it is that the attestation key was activated in. */
export function appraiseEndorsement(checked: EndorsementWord): Conclusion {
  switch (checked.problem) {
    case undefined:
      return conclude('tpm-genuine', 'endorsement', { vendor: checked.vendor.name });
    case 'another-tpm':
      return conclude('endorsement-of-another-tpm', 'endorsement');
    default:
      return conclude('endorsement-untrusted', 'endorsement', { problem: checked.problem });
  }
}
