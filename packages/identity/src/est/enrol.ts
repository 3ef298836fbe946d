import { type CertificationRequest, type Clock, encodeCertsOnly, KitenError, toHex } from '@kiten/codec';
import { type DeviceId, deviceSubject, type RecordedEvent } from '@kiten/trust';
import type { IssuedCertificate } from '../authority/authority.ts';
import { publicKeyDigest } from '../digest.ts';
import type { CertificateRecord, Enrolment, EnrolmentMethod } from '../register/device-register.ts';
import { type EnrolmentAttempt, enrolmentRefusal } from '../register/enrolment-refusal.ts';
import { deviceSpiffeId } from '../spiffe-id.ts';
import {
  type Applicant,
  type Authentication,
  authenticateEnrolment,
  authenticateRenewal,
  presentsOwn,
} from './authenticate.ts';
import { checkRenewedNames, checkRequestedNames, readCertificationRequest } from './certification-request.ts';
import { attestationBundleOf, type KeyAttestation } from './key-attestation.ts';
import type { EstLimiter } from './limits.ts';
import type { EstRequest, EstResponse } from './message.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import { transferResponse } from './transfer.ts';

/** What the site's policy is asked before a certificate is issued. */
export interface EnrolmentQuestion {
  readonly action: 'enrol' | 'renew';
  readonly device: DeviceId;
  readonly method: EnrolmentMethod;
}

export interface EnrolmentSite extends Authentication {
  readonly clock: Clock;
  readonly limiter: EstLimiter;
  /** Resolves to the refusal, or to undefined to let it pass. */
  readonly permit: (question: EnrolmentQuestion) => Promise<KitenError | undefined>;
  /** Told of each certificate after it became durable, before the device gets it. */
  readonly enrolled: (enrolment: Enrolment) => void;
  readonly keys: KeyAttestation | undefined;
}

/** The device that prepares a request: by what it will enrol with, or by the certificate that it will renew. */
export async function asksFor(request: EstRequest, site: EnrolmentSite): Promise<DeviceId> {
  const at = site.clock.now();
  const { authorization } = request.headers;
  const hasCertificate = authorization === undefined && request.peerCertificate !== undefined;
  const isOwn = hasCertificate && presentsOwn(request, site);
  const applicant = isOwn
    ? authenticateRenewal(request, at, site)
    : await authenticateEnrolment(request, at, site);
  site.limiter.takeCredential(credentialOf(applicant));
  return applicant.device;
}

/** simpleenroll (RFC 7030 §4.2.1): a first certificate, or a new one after the old one was lost. */
export async function enrol(request: EstRequest, site: EnrolmentSite): Promise<EstResponse> {
  const at = site.clock.now();
  const applicant = await authenticateEnrolment(request, at, site);
  site.limiter.takeCredential(credentialOf(applicant));
  const asked = readCertificationRequest(request, site.verify);
  checkRequestedNames(asked, applicant.device, deviceSpiffeId(site.authority.trustDomain, applicant.device));
  return await certify(applicant, asked, at, site);
}

/**
 * simplereenroll (RFC 7030 §4.2.2): a new certificate for the names of the current one, for the same key or another.
 * A quarantined device may renew, so that it does not lose the way back by waiting; a revoked one may not.
 */
export async function renew(request: EstRequest, site: EnrolmentSite): Promise<EstResponse> {
  const at = site.clock.now();
  const applicant = authenticateRenewal(request, at, site);
  const asked = readCertificationRequest(request, site.verify);
  if (applicant.method === 'renewal') {
    const spiffeId = deviceSpiffeId(site.authority.trustDomain, applicant.device);
    checkRenewedNames(asked, applicant.presented.subject, spiffeId);
  }
  return await certify(applicant, asked, at, site);
}

async function certify(
  applicant: Applicant,
  asked: CertificationRequest,
  at: number,
  site: EnrolmentSite,
): Promise<EstResponse> {
  const attempt = attemptBy(applicant, publicKeyDigest(asked.publicKey), at);
  const groups = await mustBeAllowed(applicant, attempt, site);
  const heldBy = await mustBeHeld(asked, attempt, groups, site);
  site.limiter.takeDevice(applicant.device);
  const { device, publicKeyDigest: digest } = attempt;
  const certificate = { ...issue(asked, device, site), device, publicKeyDigest: digest, issuedAt: at };
  const enrolment = {
    ...enrolmentOf(applicant, attempt, certificate),
    ...(heldBy === undefined ? {} : { keyHeldBy: heldBy }),
  };
  const refusal = await site.register.enrol(enrolment);
  if (refusal !== undefined) throw refusalByRule(refusal);
  site.enrolled(enrolment);
  // The issued certificate alone (RFC 7030 §4.2.3): the rest of the chain comes from cacerts.
  return transferResponse(
    'application/pkcs7-mime; smime-type=certs-only',
    encodeCertsOnly([certificate.der]),
  );
}

/** Judges where the key lives. @returns the name of the key in whose hardware it lives, if that was shown */
async function mustBeHeld(
  asked: CertificationRequest,
  { device, method }: EnrolmentAttempt,
  groups: readonly string[],
  { keys }: EnrolmentSite,
): Promise<Uint8Array | undefined> {
  const bundle = attestationBundleOf(asked);
  if (keys === undefined) return undefined;
  const { publicKey } = asked;
  const question = { device, method, groups, publicKey, ...(bundle === undefined ? {} : { bundle }) };
  const judgement = await keys.judge(question);
  if (judgement.refusal !== undefined) throw refusalOf(403, judgement.refusal);
  return judgement.heldBy;
}

/**
 * Judges before anything is signed, by the rules and by the site's policy; the register judges once more.
 *
 * @returns the groups that the device is in, or comes into
 */
async function mustBeAllowed(
  applicant: Applicant,
  attempt: EnrolmentAttempt,
  site: EnrolmentSite,
): Promise<readonly string[]> {
  const { device: id, method } = attempt;
  const [device, keyOwner, token] = await Promise.all([
    site.register.device(id),
    site.register.keyOwner(attempt.publicKeyDigest),
    applicant.method === 'token' ? site.tokens.find(applicant.tokenHash) : undefined,
  ]);
  const refusal = enrolmentRefusal(attempt, { device, keyOwner, token });
  if (refusal !== undefined) throw refusalByRule(refusal);
  const denied = await site.permit({ action: method === 'renewal' ? 'renew' : 'enrol', device: id, method });
  if (denied !== undefined) throw refusalOf(403, denied);
  const admitted = attempt.idevid?.admission.groups ?? [];
  const entrusted = token?.group === undefined ? [] : [token.group];
  return [...new Set([...(device?.groups ?? []), ...admitted, ...entrusted])];
}

function enrolmentOf(
  applicant: Applicant,
  attempt: EnrolmentAttempt,
  certificate: CertificateRecord,
): Enrolment {
  const { method, idevid, presented } = attempt;
  return {
    method,
    certificate,
    ...(applicant.method === 'token' ? { tokenHash: applicant.tokenHash } : {}),
    ...(idevid === undefined ? {} : { idevid }),
    ...(presented === undefined ? {} : { presented }),
    event: eventOf(certificate, method),
  };
}

const conflicts = new Set(['identity/key-in-use', 'identity/device-exists', 'identity/token-known-device']);

function refusalByRule(error: KitenError): Refusal {
  if (conflicts.has(error.code)) return refusalOf(409, error);
  return refusalOf(error.code.startsWith('identity/token-') ? 401 : 403, error);
}

function issue(
  asked: CertificationRequest,
  device: DeviceId,
  { authority }: EnrolmentSite,
): IssuedCertificate {
  try {
    return authority.issueDevice({ id: device, publicKey: asked.publicKey });
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    const status = cause.code === 'identity/device-id-reserved' ? 403 : 503;
    throw refusalOf(status, cause);
  }
}

const credentialOf = (applicant: Applicant): string =>
  applicant.method === 'token' ? `token:${applicant.tokenHash}` : `device:${applicant.device}`;

function attemptBy(applicant: Applicant, keyDigest: string, at: number): EnrolmentAttempt {
  const { method, device } = applicant;
  const attempt = { method, device, publicKeyDigest: keyDigest, at };
  switch (applicant.method) {
    case 'token':
      return attempt;
    case 'idevid':
      return { ...attempt, idevid: applicant.idevid };
    case 'renewal':
      return { ...attempt, presented: toHex(applicant.presented.serialNumber) };
  }
}

function eventOf(certificate: CertificateRecord, method: EnrolmentMethod): RecordedEvent {
  const { device, serial, publicKeyDigest: key, notAfter, issuedAt } = certificate;
  return {
    type: method === 'renewal' ? 'device/renewed' : 'device/enrolled',
    at: issuedAt,
    actor: `device:${device}`,
    subject: deviceSubject(device),
    data: { method, serial, publicKey: `sha256:${key}`, notAfter },
  };
}
