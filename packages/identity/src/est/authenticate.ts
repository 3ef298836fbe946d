import { type Certificate, KitenError, parseCertificate, type Verify } from '@kiten/codec';
import type { DeviceId } from '@kiten/trust';
import type { Authority } from '../authority/authority.ts';
import { certificateSignatureHolds } from '../keys/x509-signature.ts';
import type { DeviceRegister, IdevidAdmission, IdevidIdentity } from '../register/device-register.ts';
import { deviceOfSpiffeId } from '../spiffe-id.ts';
import { hashToken, tokenRefusal } from '../tokens/token.ts';
import type { TokenStore } from '../tokens/token-store.ts';
import { parseBasicCredentials } from './basic-credentials.ts';
import { type ManufacturerRoot, manufacturerIdentity } from './manufacturer.ts';
import type { EstRequest } from './message.ts';
import { Refusal, refusalOf, unauthorized } from './refusal.ts';

/** Who asks for a certificate, and by what it showed that. */
export type Applicant = { readonly device: DeviceId } & (
  | { readonly method: 'token'; readonly tokenHash: string }
  | {
      readonly method: 'idevid';
      readonly idevid: { readonly key: string; readonly admission: IdevidAdmission };
    }
  | { readonly method: 'renewal'; readonly presented: Certificate }
);

export interface Authentication {
  readonly authority: Authority;
  readonly tokens: TokenStore;
  readonly register: DeviceRegister;
  readonly manufacturerRoots: readonly ManufacturerRoot[];
  readonly verify: Verify;
}

/**
 * The applicant for a first certificate (RFC 7030 §3.2.3, §3.3.2): by one-time token, else by manufacturer
 * certificate. A token that fails is not made up for by a certificate.
 *
 * @param at milliseconds since the Unix epoch
 * @throws Refusal 401 `identity/enrolment-unauthenticated`, `identity/authorization-…`, `identity/token-…`;
 * 403 `identity/idevid-…`, `identity/device-not-registered`
 */
export async function authenticateEnrolment(
  request: EstRequest,
  at: number,
  site: Authentication,
): Promise<Applicant> {
  const { authorization } = request.headers;
  if (authorization !== undefined) return await byToken(authorization, at, site);
  if (request.peerCertificate === undefined) {
    const message =
      'Enrol with the device id and a one-time token (HTTP Basic) or a manufacturer certificate (TLS).';
    throw unauthorized('identity/enrolment-unauthenticated', message);
  }
  const certificate = parsePeer(request.peerCertificate);
  if (isOwn(certificate, site)) {
    const message = 'This device is enrolled already: renew at simplereenroll, or use a new one-time token.';
    throw unauthorized('identity/enrolment-unauthenticated', message);
  }
  const { manufacturerRoots, verify } = site;
  const identity = manufacturerIdentity(certificate, request.peerChain ?? [], manufacturerRoots, {
    at,
    verify,
  });
  return await byIdevid(identity, site);
}

async function byToken(authorization: string, at: number, { tokens }: Authentication): Promise<Applicant> {
  const { device, token } = parseBasicCredentials(authorization);
  const tokenHash = hashToken(token);
  const refusal = tokenRefusal(await tokens.find(tokenHash), device, at);
  if (refusal !== undefined) throw refusalOf(401, refusal);
  return { method: 'token', device, tokenHash };
}

async function byIdevid(identity: IdevidIdentity, { register }: Authentication): Promise<Applicant> {
  const admission = await register.idevid(identity);
  if (admission === undefined) {
    const name = identity.serialNumber ?? identity.commonName;
    const message = `“${name}” of ${identity.manufacturer} is not registered here: ask an operator to register it.`;
    throw new Refusal(403, 'identity/device-not-registered', message);
  }
  return { method: 'idevid', device: admission.device, idevid: { key: identity.key, admission } };
}

/**
 * The applicant for a renewal, by its current certificate (RFC 7030 §4.2.2).
 *
 * @throws Refusal 403 `identity/renewal-needs-certificate`, `identity/certificate-malformed`,
 * `identity/certificate-foreign`, `identity/certificate-expired`, `identity/certificate-not-yet-valid`
 */
export function authenticateRenewal(request: EstRequest, at: number, site: Authentication): Applicant {
  if (request.peerCertificate === undefined) {
    const message = 'Renewal takes the current certificate as the client certificate of the TLS connection.';
    throw new Refusal(403, 'identity/renewal-needs-certificate', message);
  }
  const presented = parsePeer(request.peerCertificate);
  const device = deviceOf(presented, site);
  if (device === undefined || !isOwn(presented, site)) {
    const message = 'The client certificate was not issued by this site to a device of it.';
    throw new Refusal(403, 'identity/certificate-foreign', message);
  }
  if (at < presented.notBefore) {
    throw new Refusal(403, 'identity/certificate-not-yet-valid', 'The client certificate is not valid yet.');
  }
  if (at > presented.notAfter) {
    const message = 'The client certificate has expired: enrol with a new one-time token.';
    throw new Refusal(403, 'identity/certificate-expired', message);
  }
  return { method: 'renewal', device, presented };
}

/** The device whose certificate this is, going by its one name. */
export function deviceOf(certificate: Certificate, { authority }: Pick<Authentication, 'authority'>) {
  const [name, ...others] = certificate.subjectAlternativeNames;
  if (name?.kind !== 'uri' || others.length > 0 || certificate.basicConstraints?.ca === true)
    return undefined;
  return deviceOfSpiffeId(authority.trustDomain, name.value);
}

/** Whether the client came with a certificate of this site. */
export const presentsOwn = ({ peerCertificate }: EstRequest, site: Authentication): boolean =>
  peerCertificate !== undefined && isOwn(parsePeer(peerCertificate), site);

function isOwn(certificate: Certificate, { authority, verify }: Authentication): boolean {
  return authority.issuers.some((issuer) => certificateSignatureHolds(certificate, issuer.publicKey, verify));
}

function parsePeer(der: Uint8Array): Certificate {
  try {
    return parseCertificate(der);
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    const message = `The client certificate cannot be read: ${cause.message}`;
    throw new Refusal(403, 'identity/certificate-malformed', message, { cause });
  }
}
