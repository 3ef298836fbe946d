import { attempt, type Certificate, KitenError, parseCertificate, toHex, type Verify } from '@kiten/codec';
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
  readonly aspect: 'certificate' | 'key';
  readonly parameters: Readonly<Record<string, string>>;
  readonly holdsUntil?: number;
}

/**
 * Turns the record of an enrolment into findings on `instance-identity` and, where hardware was shown to hold the new
 * key, on `storage-opaque`: neither a token nor a manufacturer certificate tells where it is kept.
 */
export function createIdentityAppraiser(site: AppraisedSite): Appraiser {
  const appraiser = 'identity';
  return {
    name: appraiser,
    mediaTypes: [enrolmentMediaType],
    appraise(evidence) {
      const premises = [evidence.digest];
      const { subject, receivedAt: at } = evidence;
      return conclude(site, evidence).map(({ code, ...rest }) =>
        identityFindings.finding(code, { subject, appraiser, at, premises, ...rest }),
      );
    },
  };
}

function conclude(site: AppraisedSite, evidence: Evidence): readonly Conclusion[] {
  const enrolment = read(evidence.body);
  if (enrolment instanceof KitenError) {
    return [about('identity/enrolment-unreadable', { problem: enrolment.code })];
  }
  const { certificate, method, keyHeldBy } = enrolment;
  const device = evidence.subject.id;
  const serial = toHex(certificate.serialNumber);
  if (!site.issuers.some((issuer) => certificateSignatureHolds(certificate, issuer.publicKey, site.verify))) {
    return [about('identity/certificate-foreign', { device, serial })];
  }
  if (!names(certificate, deviceSpiffeId(site.trustDomain, device as DeviceId))) {
    return [about('identity/certificate-of-another', { device, serial })];
  }
  // An expired certificate affirms nothing, and says nothing against the device either.
  if (certificate.notAfter <= evidence.receivedAt) return [];
  const notAfter = new Date(certificate.notAfter).toISOString();
  const issued = about('identity/certificate-issued', { device, serial, method, notAfter });
  const holdsUntil = certificate.notAfter;
  if (keyHeldBy === undefined) return [{ ...issued, holdsUntil }];
  const key = keyConclusion(device, serial, keyHeldBy);
  return [{ ...issued, holdsUntil }, keyHeldBy === null ? key : { ...key, holdsUntil }];
}

const about = (code: string, parameters: Conclusion['parameters']): Conclusion => ({
  code,
  aspect: 'certificate',
  parameters,
});

function keyConclusion(device: string, serial: string, keyHeldBy: Uint8Array | null): Conclusion {
  if (keyHeldBy === null) {
    return { code: 'identity/key-unattested', aspect: 'key', parameters: { device, serial } };
  }
  const parameters = { device, serial, key: toHex(keyHeldBy) };
  return { code: 'identity/key-in-hardware', aspect: 'key', parameters };
}

function names(certificate: Certificate, uri: string): boolean {
  const [name, ...others] = certificate.subjectAlternativeNames;
  return others.length === 0 && name?.kind === 'uri' && name.value === uri;
}

interface Read {
  readonly certificate: Certificate;
  readonly method: EnrolmentMethod;
  readonly keyHeldBy?: Uint8Array | null;
}

function read(body: Uint8Array): Read | KitenError {
  return attempt(() => {
    const { certificate, ...rest } = parseEnrolmentEvidence(body);
    return { certificate: parseCertificate(certificate), ...rest };
  });
}
