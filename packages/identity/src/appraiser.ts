import { type Certificate, KitenError, parseCertificate, toHex, type Verify } from '@kiten/codec';
import type { Appraiser, DeviceId, Evidence } from '@kiten/trust';
import { enrolmentMediaType, parseEnrolmentEvidence } from './enrolment-evidence.ts';
import { identityFindings } from './findings.ts';
import { certificateSignatureHolds } from './keys/x509-signature.ts';
import type { EnrolmentMethod } from './register/device-register.ts';
import { deviceSpiffeId, type TrustDomain } from './spiffe-id.ts';

/** The site whose certificates are judged. */
export interface AppraisedSite {
  readonly trustDomain: TrustDomain;
  /** Its signing certificates, current and previous. */
  readonly issuers: readonly Certificate[];
  readonly verify: Verify;
}

interface Conclusion {
  readonly code: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly holdsUntil?: number;
}

/**
 * Turns the record of an enrolment into findings on `instance-identity`. It says nothing on `storage-opaque`:
 * neither a token nor a manufacturer certificate tells where the new key is kept.
 */
export function createIdentityAppraiser(site: AppraisedSite): Appraiser {
  const appraiser = 'identity';
  return {
    name: appraiser,
    mediaTypes: [enrolmentMediaType],
    appraise(evidence) {
      const conclusion = conclude(site, evidence);
      if (conclusion === undefined) return [];
      const { code, ...rest } = conclusion;
      const premises = [evidence.digest];
      const { subject, receivedAt: at } = evidence;
      return [
        identityFindings.finding(code, { subject, aspect: 'certificate', appraiser, at, premises, ...rest }),
      ];
    },
  };
}

function conclude(site: AppraisedSite, evidence: Evidence): Conclusion | undefined {
  const enrolment = read(evidence.body);
  if (enrolment instanceof KitenError) {
    return { code: 'identity/enrolment-unreadable', parameters: { problem: enrolment.code } };
  }
  const { certificate, method } = enrolment;
  const device = evidence.subject.id;
  const serial = toHex(certificate.serialNumber);
  if (!site.issuers.some((issuer) => certificateSignatureHolds(certificate, issuer.publicKey, site.verify))) {
    return { code: 'identity/certificate-foreign', parameters: { device, serial } };
  }
  if (!names(certificate, deviceSpiffeId(site.trustDomain, device as DeviceId))) {
    return { code: 'identity/certificate-of-another', parameters: { device, serial } };
  }
  // An expired certificate affirms nothing, and says nothing against the device either.
  if (certificate.notAfter <= evidence.receivedAt) return undefined;
  const notAfter = new Date(certificate.notAfter).toISOString();
  const parameters = { device, serial, method, notAfter };
  return { code: 'identity/certificate-issued', parameters, holdsUntil: certificate.notAfter };
}

function names(certificate: Certificate, uri: string): boolean {
  const [name, ...others] = certificate.subjectAlternativeNames;
  return others.length === 0 && name?.kind === 'uri' && name.value === uri;
}

function read(body: Uint8Array): { certificate: Certificate; method: EnrolmentMethod } | KitenError {
  try {
    const { certificate, method } = parseEnrolmentEvidence(body);
    return { certificate: parseCertificate(certificate), method };
  } catch (error) {
    if (error instanceof KitenError) return error;
    throw error;
  }
}
