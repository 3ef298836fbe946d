import {
  type CertificationRequest,
  type GeneralName,
  KitenError,
  type Name,
  parseCertificationRequest,
  type Verify,
} from '@kiten/codec';
import type { DeviceId } from '@kiten/trust';
import { checkDeviceKey, keyRefusal } from '../keys/device-key.ts';
import { requestSignatureHolds } from '../keys/x509-signature.ts';
import type { EstRequest } from './message.ts';
import { Refusal, refusalOf } from './refusal.ts';
import { transferDecode } from './transfer.ts';

/** id-cmc-changeSubjectName (RFC 6402 §2.8). */
const changeSubjectName = '1.3.6.1.5.5.7.7.36';

/**
 * The PKCS #10 request in a body, whose signature proves possession of a key that the site certifies (RFC 2986,
 * RFC 7030 §4.2.1). A challengePassword is ignored: it may bind the request to the TLS connection by tls-unique
 * (RFC 7030 §3.5), which TLS 1.3 does not have, and this site asks for none in csrattrs.
 *
 * @throws Refusal 400 `identity/request-malformed`, `identity/request-signature`, `identity/request-rename`,
 * `identity/key-weak`, `identity/key-unsupported`, and what `transferDecode` throws
 */
export function readCertificationRequest(request: EstRequest, verify: Verify): CertificationRequest {
  const der = transferDecode(request, 'application/pkcs10');
  const parsed = parse(der);
  checkKey(parsed.publicKey);
  if (!requestSignatureHolds(parsed, verify)) {
    const message =
      'The signature of the request does not verify under its own key: sign it with the device’s key.';
    throw new Refusal(400, 'identity/request-signature', message);
  }
  if (parsed.attributes.some(({ oid }) => oid === changeSubjectName)) {
    throw new Refusal(
      400,
      'identity/request-rename',
      'A device keeps its name: enrol under a new id with a new token.',
    );
  }
  return parsed;
}

/**
 * Checks that a request asks for this device's names or leaves them out: the certificate has CN and SPIFFE ID of
 * the device whatever stands there, so anything else would be silently lost.
 *
 * @throws Refusal 400 `identity/request-subject`, `identity/request-alternative-name`
 */
export function checkRequestedNames(request: CertificationRequest, device: DeviceId, spiffeId: string): void {
  const commonNames = valuesOf(request.subject, 'CN');
  if (commonNames.some((name) => name !== device) || commonNames.length > 1) {
    const message = `The CN of the request must be the device id “${device}”, or be left out.`;
    throw new Refusal(400, 'identity/request-subject', message);
  }
  checkAlternativeNames(request.subjectAlternativeNames, spiffeId);
}

/**
 * Checks that a renewal keeps the names of the current certificate (RFC 7030 §4.2.2). A request without alternative
 * names asks for no other ones.
 *
 * @throws Refusal 400 `identity/request-subject`, `identity/request-alternative-name`
 */
export function checkRenewedNames(request: CertificationRequest, subject: Name, spiffeId: string): void {
  const same =
    request.subject.length === subject.length &&
    request.subject.every(
      ({ type, value }, at) => subject[at]!.type === type && subject[at]!.value === value,
    );
  if (!same) {
    const message =
      'The subject of a renewal must be that of the current certificate: its CN and nothing else.';
    throw new Refusal(400, 'identity/request-subject', message);
  }
  checkAlternativeNames(request.subjectAlternativeNames, spiffeId);
}

/** The values of all attributes of one type in a name. */
export const valuesOf = (name: Name, type: string): string[] =>
  name.filter((attribute) => attribute.type === type).map(({ value }) => value);

function checkAlternativeNames(names: readonly GeneralName[], spiffeId: string): void {
  if (names.length === 0) return;
  const [name, ...others] = names;
  if (others.length > 0 || name?.kind !== 'uri' || name.value !== spiffeId) {
    const message = `The only alternative name a device can have is URI:${spiffeId}. Leave the others out.`;
    throw new Refusal(400, 'identity/request-alternative-name', message);
  }
}

function parse(der: Uint8Array): CertificationRequest {
  try {
    return parseCertificationRequest(der);
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    const refusal = keyRefusal(cause);
    if (refusal !== undefined) throw refusalOf(400, refusal);
    const message = `This is not a PKCS #10 request: ${cause.message}`;
    throw new Refusal(400, 'identity/request-malformed', message, { cause });
  }
}

function checkKey(publicKey: Uint8Array): void {
  try {
    checkDeviceKey(publicKey);
  } catch (cause) {
    if (cause instanceof KitenError) throw refusalOf(400, cause);
    throw cause;
  }
}
