import { equalBytes } from '../bytes.ts';
import { KitenError } from '../error.ts';
import type { Verify } from '../signer.ts';
import { type Certificate, verifyCertificateSignature } from '../x509/certificate.ts';
import { keyPurpose } from '../x509/object-identifiers.ts';

/**
 * Critical extensions that are not decoded and restrict nothing here: issuer alternative name, and certificate
 * policies, of which any is good. Name constraints are not among them, so a critical one is a refusal.
 */
const harmless = new Set(['2.5.29.18', '2.5.29.32']);

/**
 * The root that the certificate of a time-stamping authority leads to at a time, or undefined if there is no path
 * (RFC 5280 §6.1, without policies, name constraints and revocation). Authorities that are limited to purposes must
 * have time-stamping among them.
 *
 * @param at milliseconds since the Unix epoch; the root, too, is valid then.
 */
export function rootOf(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  roots: readonly Certificate[],
  { at, verify }: { at: number; verify: Verify },
): Certificate | undefined {
  if (!isAcceptable(leaf, at)) return undefined;
  const pool = new Set(intermediates);
  /** `below`: how many certificates that are not self-issued lie between `certificate`'s issuer and the leaf. */
  const search = (certificate: Certificate, below: number): Certificate | undefined => {
    const signs = (issuer: Certificate) =>
      isAcceptable(issuer, at) && isIssuerOf(certificate, issuer, below, verify);
    const root = roots.find(signs);
    if (root !== undefined) return root;
    for (const next of pool) {
      if (!signs(next)) continue;
      // Each one leads on once: the work is bounded whatever the message carries.
      pool.delete(next);
      const found = search(next, isSelfIssued(next) ? below : below + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(leaf, 0);
}

function isIssuerOf(certificate: Certificate, issuer: Certificate, below: number, verify: Verify): boolean {
  return (
    mayIssue(issuer, below) &&
    equalBytes(issuer.subjectDer, certificate.issuerDer) &&
    signatureHolds(certificate, issuer.publicKey, verify)
  );
}

function mayIssue({ basicConstraints, keyUsage, extendedKeyUsage }: Certificate, below: number): boolean {
  if (basicConstraints?.ca !== true) return false;
  if (keyUsage !== undefined && !keyUsage.includes('keyCertSign')) return false;
  if (extendedKeyUsage?.some(isForTimeStamping) === false) return false;
  return basicConstraints.pathLength === undefined || basicConstraints.pathLength >= below;
}

const isForTimeStamping = (purpose: string): boolean =>
  purpose === keyPurpose.timeStamping || purpose === keyPurpose.anyExtendedKeyUsage;

function signatureHolds(certificate: Certificate, issuerPublicKey: Uint8Array, verify: Verify): boolean {
  try {
    return verifyCertificateSignature(certificate, issuerPublicKey, verify);
  } catch (error) {
    // A key that cannot be read, or is too weak, has signed nothing: another certificate may lead on.
    if (error instanceof KitenError) return false;
    throw error;
  }
}

const isAcceptable = ({ notBefore, notAfter, unknownCriticalExtensions }: Certificate, at: number): boolean =>
  notBefore <= at && at <= notAfter && unknownCriticalExtensions.every((oid) => harmless.has(oid));

const isSelfIssued = ({ subjectDer, issuerDer }: Certificate): boolean => equalBytes(subjectDer, issuerDer);
