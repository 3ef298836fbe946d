import { type Certificate, equalBytes, type Verify } from '@kiten/codec';
import { certificateSignatureHolds } from '../keys/x509-signature.ts';

const mostIntermediates = 8;
const anyPurpose = '2.5.29.37.0';
const clientAuthentication = '1.3.6.1.5.5.7.3.2';

/**
 * Critical extensions that codec does not decode and that restrict nothing here: issuer alternative name, and
 * certificate policies, of which any is good. Name constraints are not among them, so a critical one is a refusal.
 */
const harmless = new Set(['2.5.29.18', '2.5.29.32']);

/**
 * The trust anchor that a client certificate leads to at a time, or undefined if there is no path
 * (RFC 5280 §6.1, without policies, name constraints and revocation).
 *
 * @param at milliseconds since the Unix epoch
 */
export function trustAnchorOf<Anchor extends { readonly certificate: Certificate }>(
  leaf: Certificate,
  intermediates: readonly Certificate[],
  anchors: readonly Anchor[],
  { at, verify }: { at: number; verify: Verify },
): Anchor | undefined {
  if (!isClientCertificate(leaf)) return undefined;
  // One certificate of the pool less with each step, and no second try: the work is bounded whatever a client sends.
  const pool = intermediates.slice(0, mostIntermediates);
  let certificate = leaf;
  for (let below = 0; isAcceptable(certificate, at); ) {
    const signs = (issuer: Certificate) => isIssuerOf(certificate, issuer, below, verify);
    const anchor = anchors.find((one) => isAcceptable(one.certificate, at) && signs(one.certificate));
    if (anchor !== undefined) return anchor;
    const next = pool.findIndex(signs);
    if (next < 0) return undefined;
    [certificate] = pool.splice(next, 1) as [Certificate];
    if (!isSelfIssued(certificate)) below += 1;
  }
  return undefined;
}

/** `below`: how many certificates that are not self-issued lie between the issuer and the leaf. */
function isIssuerOf(certificate: Certificate, issuer: Certificate, below: number, verify: Verify): boolean {
  return (
    mayIssue(issuer, below) &&
    equalBytes(issuer.subjectDer, certificate.issuerDer) &&
    certificateSignatureHolds(certificate, issuer.publicKey, verify)
  );
}

function isClientCertificate({ basicConstraints, keyUsage, extendedKeyUsage }: Certificate): boolean {
  if (basicConstraints?.ca === true) return false;
  if (keyUsage !== undefined && !keyUsage.includes('digitalSignature')) return false;
  return (
    extendedKeyUsage === undefined ||
    extendedKeyUsage.some((purpose) => purpose === clientAuthentication || purpose === anyPurpose)
  );
}

function mayIssue({ basicConstraints, keyUsage }: Certificate, below: number): boolean {
  if (basicConstraints?.ca !== true) return false;
  if (keyUsage !== undefined && !keyUsage.includes('keyCertSign')) return false;
  return basicConstraints.pathLength === undefined || basicConstraints.pathLength >= below;
}

const isAcceptable = ({ notBefore, notAfter, unknownCriticalExtensions }: Certificate, at: number): boolean =>
  notBefore <= at && at <= notAfter && unknownCriticalExtensions.every((oid) => harmless.has(oid));

const isSelfIssued = ({ subjectDer, issuerDer }: Certificate): boolean => equalBytes(subjectDer, issuerDer);
