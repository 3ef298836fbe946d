import { equalBytes } from '../bytes.ts';
import { KitenError } from '../error.ts';
import type { Verify } from '../signer.ts';
import { type Certificate, verifyCertificateSignature } from './certificate.ts';
import { keyPurpose } from './object-identifiers.ts';

/**
 * Critical extensions that are not decoded and restrict nothing here: issuer alternative name, and certificate
 * policies, of which any is good. Name constraints are not among them, so a critical one is a refusal.
 */
const harmless = new Set(['2.5.29.18', '2.5.29.32']);

/** What a certification path is judged by. */
export interface PathConditions {
  /** Milliseconds since the Unix epoch; every certificate of the path is valid then, the root too. */
  readonly at: number;
  readonly verify: Verify;
  /** Authorities that are limited to purposes must have this one among them (dotted); any will do unless given. */
  readonly purpose?: string;
}

/**
 * The root that a certificate leads to, or undefined if there is no path (RFC 5280 §6.1, without policies, name
 * constraints and revocation). What the certificate itself is for, is left to the caller.
 */
export function rootOf(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  roots: readonly Certificate[],
  conditions: PathConditions,
): Certificate | undefined {
  const { at } = conditions;
  if (!isAcceptable(leaf, at)) return undefined;
  const pool = new Set(intermediates);
  /** `below`: how many certificates that are not self-issued lie between `certificate`'s issuer and the leaf. */
  const search = (certificate: Certificate, below: number): Certificate | undefined => {
    const signs = (issuer: Certificate) =>
      isAcceptable(issuer, at) && isIssuerOf(certificate, issuer, below, conditions);
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

function isIssuerOf(
  certificate: Certificate,
  issuer: Certificate,
  below: number,
  { verify, purpose }: PathConditions,
): boolean {
  return (
    mayIssue(issuer, below, purpose) &&
    equalBytes(issuer.subjectDer, certificate.issuerDer) &&
    signatureHolds(certificate, issuer.publicKey, verify)
  );
}

function mayIssue(
  { basicConstraints, keyUsage, extendedKeyUsage }: Certificate,
  below: number,
  purpose: string | undefined,
): boolean {
  if (basicConstraints?.ca !== true) return false;
  if (keyUsage !== undefined && !keyUsage.includes('keyCertSign')) return false;
  const isFor = (each: string) => each === purpose || each === keyPurpose.anyExtendedKeyUsage;
  if (purpose !== undefined && extendedKeyUsage?.some(isFor) === false) return false;
  return basicConstraints.pathLength === undefined || basicConstraints.pathLength >= below;
}

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
