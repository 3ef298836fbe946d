import { type Certificate, certificationRoot, equalBytes, parseCertificate, type Verify } from '@kiten/codec';
import type { TpmKey } from '../keys/attestation-key.ts';

/** A TPM vendor whose endorsement certificates count, by its root. */
export interface VendorRoot {
  /** What the site calls it: `infineon`. */
  readonly name: string;
  readonly certificate: Certificate;
}

/** tcg-kp-EKCertificate (TCG EK Credential Profile 2.5, 3.2.16). */
const endorsementPurpose = '2.23.133.8.1';

export type EndorsementProblem =
  /** The certificate is not one of an endorsement key. */
  | 'certificate-purpose'
  /** It leads to no vendor that counts, or is not valid now. */
  | 'certificate-chain'
  /** It certifies the endorsement key of another TPM. */
  | 'another-tpm';

export type CheckedEndorsement =
  | { readonly problem: EndorsementProblem }
  | { readonly problem?: undefined; readonly vendor: VendorRoot };

/** The same as an appraisal takes it: who the vendor is, by name. */
export type EndorsementWord =
  | { readonly problem: EndorsementProblem }
  | { readonly problem?: undefined; readonly vendor: Pick<VendorRoot, 'name'> };

/** What an endorsement key is checked against. */
export interface EndorsementConditions {
  readonly vendors: readonly VendorRoot[];
  readonly intermediates?: readonly Certificate[];
  readonly verify: Verify;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/**
 * Checks that a vendor made the TPM with this endorsement key: the certificate is one of an endorsement key, leads to
 * a vendor's root, and is for this key.
 */
export function checkEndorsement(
  key: TpmKey,
  certificate: Certificate,
  { vendors, intermediates = [], verify, at }: EndorsementConditions,
): CheckedEndorsement {
  if (!isEndorsement(certificate)) return { problem: 'certificate-purpose' };
  const roots = vendors.map((vendor) => vendor.certificate);
  const root = certificationRoot(certificate, intermediates, roots, { at, verify });
  const vendor = vendors.find((one) => one.certificate === root);
  if (vendor === undefined) return { problem: 'certificate-chain' };
  // After the chain, because only then does it mean anything whose key it is.
  if (!equalBytes(certificate.publicKey, key.publicKey)) return { problem: 'another-tpm' };
  return { vendor };
}

/** No authority; and where it says what it is for, for this (2.5, 3.2.16: it should). */
function isEndorsement({ basicConstraints, extendedKeyUsage, keyUsage }: Certificate): boolean {
  if (basicConstraints?.ca === true) return false;
  if (extendedKeyUsage !== undefined && !extendedKeyUsage.includes(endorsementPurpose)) return false;
  return keyUsage === undefined || keyUsage.includes('keyEncipherment') || keyUsage.includes('keyAgreement');
}

/**
 * The certificate in an NV index, which may be larger than it (2.5, 2.2.1.4): what follows the certificate is
 * padding.
 *
 * @throws KitenError `codec/x509-…`, `codec/der-…`
 */
export function endorsementCertificate(bytes: Uint8Array): Certificate {
  const long = bytes[0] === 0x30 && bytes[1] === 0x82;
  const length = long ? 4 + ((bytes[2]! << 8) | bytes[3]!) : bytes.length;
  const padding = bytes.subarray(length);
  const isPadded = padding.every((octet) => octet === 0) || padding.every((octet) => octet === 0xff);
  return parseCertificate(long && isPadded ? bytes.subarray(0, length) : bytes);
}
