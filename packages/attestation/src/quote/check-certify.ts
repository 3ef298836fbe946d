import { equalBytes, KitenError } from '@kiten/codec';
import { decodePublicArea } from '@kiten/wire';
import { keyOfArea, type TpmKey } from '../keys/attestation-key.ts';
import { type AttestProblem, type CheckedAttest, checkAttest, type SignedAttest } from './check-quote.ts';

/** A key that a TPM certified to hold, with what it says about itself. */
export interface CertifiedKey extends SignedAttest {
  /** The TPMT_PUBLIC of the key that is certified. */
  readonly publicArea: Uint8Array;
}

export type CertifyProblem =
  | AttestProblem
  | 'key-unreadable'
  /** It was certified for another key. */
  | 'key-name'
  /** It could leave the TPM, or was made outside. */
  | 'key-exportable';

export type CheckedCertify =
  | Exclude<CheckedAttest<'certify', CertifyProblem>, { problem?: undefined }>
  | (Extract<CheckedAttest<'certify', CertifyProblem>, { problem?: undefined }> & { readonly key: TpmKey });

/**
 * Checks that a TPM holds a key (TPM2_Certify): what was signed names it, and it was made in that TPM and never leaves
 * it (fixedTPM, fixedParent, sensitiveDataOrigin).
 */
export function checkCertify(
  certified: CertifiedKey,
  attestationKey: TpmKey,
  nonce: Uint8Array | undefined,
): CheckedCertify {
  const checked = checkAttest('certify', certified, attestationKey, nonce);
  if (checked.problem !== undefined) return checked;
  const key = readKey(certified.publicArea);
  if (key === undefined) return { problem: 'key-unreadable', attest: checked.attest };
  if (key.name === undefined || !equalBytes(key.name, checked.attested.name)) {
    return { problem: 'key-name', attest: checked.attest };
  }
  if (!staysInside(key)) return { problem: 'key-exportable', attest: checked.attest };
  return { ...checked, key };
}

/** Whether the key was made in its TPM and cannot leave it. */
export const staysInside = ({ area }: TpmKey): boolean =>
  area?.attributes.has('fixedTpm') === true &&
  area.attributes.has('fixedParent') &&
  area.attributes.has('sensitiveDataOrigin');

function readKey(publicArea: Uint8Array): TpmKey | undefined {
  try {
    return keyOfArea(decodePublicArea(publicArea));
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}
