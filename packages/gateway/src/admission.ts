import { type Certificate, keyPurpose, parseCertificate, toHex } from '@kiten/codec';
import type { DeviceRecord } from './device-record.ts';

/** Why a certificate is not let in. Stable codes. */
export type AdmissionCode =
  | 'gateway/certificate-missing'
  | 'gateway/certificate-malformed'
  | 'gateway/certificate-unknown-issuer'
  | 'gateway/certificate-expired'
  | 'gateway/certificate-not-yet-valid'
  | 'gateway/certificate-revoked'
  | 'gateway/certificate-status-unknown'
  | 'gateway/certificate-wrong-purpose'
  | 'gateway/certificate-wrong-name'
  | 'gateway/certificate-not-acceptable'
  | 'gateway/device-unknown'
  | 'gateway/device-revoked'
  | 'gateway/device-superseded'
  | 'gateway/too-many-connections';

export interface AdmissionRefusal {
  readonly code: AdmissionCode;
  readonly message: string;
  /** The device that the certificate names, where it could be read. */
  readonly device?: string;
}

export interface AdmittedCertificate {
  readonly device: DeviceRecord;
  readonly certificate: Certificate;
  readonly serial: string;
  /** Milliseconds since the Unix epoch. */
  readonly validUntil: number;
}

/** What TLS knows about the peer, and what it is held against. */
export interface PresentedCertificate {
  /** DER; undefined if the peer sent none. */
  readonly der: Uint8Array | undefined;
  /** OpenSSL's name of what is wrong with the chain, if something is. Stale for a resumed session. */
  readonly chainError: string | undefined;
  readonly trustDomain: string;
  readonly now: number;
  readonly find: (id: string) => DeviceRecord | undefined;
  /** OpenSSL's name of what revocation lists say that TLS has not looked at. */
  readonly statusError: (certificate: Certificate) => string | undefined;
  /** The same certificate, if it was read before. */
  readonly known?: Certificate | undefined;
}

/**
 * Judges a client certificate: chain, dates, purpose, name (X.509-SVID: exactly one URI, the device's), register.
 * Everything but the signatures of the chain is judged here and now, so that a resumed session is held to it as well.
 */
export function admitCertificate(presented: PresentedCertificate): AdmittedCertificate | AdmissionRefusal {
  const { der, chainError, now } = presented;
  if (der === undefined) {
    return refusal('gateway/certificate-missing', 'The client presented no certificate.');
  }
  const certificate = presented.known ?? parsed(der);
  if (certificate === undefined) {
    return refusal('gateway/certificate-malformed', 'The certificate cannot be read.');
  }
  const id = deviceOf(certificate, presented.trustDomain);
  const error = chainError ?? presented.statusError(certificate);
  const found =
    (error === undefined ? undefined : chainRefusal(error)) ??
    dateRefusal(certificate, now) ??
    purposeRefusal(certificate) ??
    (id === undefined
      ? refusal(
          'gateway/certificate-wrong-name',
          `The certificate does not have exactly one URI, spiffe://${presented.trustDomain}/device/ID, with the same ID as its common name.`,
        )
      : registerRefusal(presented.find(id), toHex(certificate.serialNumber)));
  if (found !== undefined) return id === undefined ? found : { ...found, device: id };
  const device = presented.find(id as string) as DeviceRecord;
  return { device, certificate, serial: toHex(certificate.serialNumber), validUntil: certificate.notAfter };
}

export function isRefusal(outcome: AdmittedCertificate | AdmissionRefusal): outcome is AdmissionRefusal {
  return 'code' in outcome;
}

/** What the register says about a device and the certificate it came with. */
export function registerRefusal(
  record: DeviceRecord | undefined,
  serial: string,
): AdmissionRefusal | undefined {
  const device = record?.device;
  if (device === undefined)
    return refusal('gateway/device-unknown', 'The register does not know the device.');
  if (device.standing === 'revoked') return refusal('gateway/device-revoked', 'The device is revoked.');
  if (device.revokedSerials.includes(serial))
    return refusal('gateway/certificate-revoked', 'The certificate is revoked.');
  if (device.previousSerials?.includes(serial) === true) {
    return refusal('gateway/device-superseded', 'A later certificate of the device has replaced this one.');
  }
  return undefined;
}

function refusal(code: AdmissionCode, message: string): AdmissionRefusal {
  return { code, message };
}

function parsed(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch {
    // Whatever is wrong with its form, the code for it is the same.
    return undefined;
  }
}

/** RFC 5280 §6.1: what OpenSSL's X509_verify_cert found. */
function chainRefusal(error: string): AdmissionRefusal {
  switch (error) {
    case 'CERT_HAS_EXPIRED':
      return refusal('gateway/certificate-expired', 'The certificate, or one that it rests on, has expired.');
    case 'CERT_NOT_YET_VALID':
      return refusal(
        'gateway/certificate-not-yet-valid',
        'The certificate, or one that it rests on, is not valid yet.',
      );
    case 'CERT_REVOKED':
      return refusal('gateway/certificate-revoked', 'The certificate is on the revocation list.');
    case 'INVALID_PURPOSE':
      return refusal('gateway/certificate-wrong-purpose', 'The certificate is not for clients.');
    case 'UNABLE_TO_GET_CRL':
    case 'CRL_NOT_YET_VALID':
    case 'CRL_HAS_EXPIRED':
    case 'CRL_SIGNATURE_FAILURE':
    case 'UNABLE_TO_GET_CRL_ISSUER':
      return refusal(
        'gateway/certificate-status-unknown',
        `The revocation list cannot be relied on (${error}).`,
      );
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'CERT_SIGNATURE_FAILURE':
    case 'CERT_UNTRUSTED':
    case 'INVALID_CA':
      return refusal(
        'gateway/certificate-unknown-issuer',
        `The certificate is not from the site's authority (${error}).`,
      );
    default:
      return refusal('gateway/certificate-not-acceptable', `The certificate chain does not hold (${error}).`);
  }
}

function dateRefusal({ notBefore, notAfter }: Certificate, now: number): AdmissionRefusal | undefined {
  if (now < notBefore)
    return refusal('gateway/certificate-not-yet-valid', 'The certificate is not valid yet.');
  if (now > notAfter) return refusal('gateway/certificate-expired', 'The certificate has expired.');
  return undefined;
}

function purposeRefusal(certificate: Certificate): AdmissionRefusal | undefined {
  const isForClients = certificate.extendedKeyUsage?.includes(keyPurpose.clientAuth) ?? false;
  if (isForClients && certificate.basicConstraints?.ca !== true) return undefined;
  return refusal(
    'gateway/certificate-wrong-purpose',
    'The certificate does not say that it is for TLS clients (clientAuth).',
  );
}

/** The id that an X.509-SVID of the site gives (SPIFFE X509-SVID §2), and the common name confirms. */
function deviceOf(
  { subjectAlternativeNames, subject }: Certificate,
  trustDomain: string,
): string | undefined {
  const [name, ...others] = subjectAlternativeNames.filter(({ kind }) => kind === 'uri');
  const prefix = `spiffe://${trustDomain}/device/`;
  if (name?.kind !== 'uri' || others.length > 0 || !name.value.startsWith(prefix)) return undefined;
  const id = name.value.slice(prefix.length);
  const commonNames = subject.filter(({ type }) => type === 'CN');
  return commonNames.length === 1 && commonNames[0]?.value === id && /^[A-Za-z0-9._-]{1,64}$/.test(id)
    ? id
    : undefined;
}
