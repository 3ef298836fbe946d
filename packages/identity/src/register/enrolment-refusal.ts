import { type ErrorCode, KitenError } from '@kiten/codec';
import type { DeviceId } from '@kiten/trust';
import { type TokenRecord, tokenRefusal } from '../tokens/token.ts';
import type { DeviceRecord, EnrolmentMethod, IdevidAdmission } from './device-register.ts';

/** What is asked for, before or after the certificate exists. */
export interface EnrolmentAttempt {
  readonly method: EnrolmentMethod;
  readonly device: DeviceId;
  readonly publicKeyDigest: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly idevid?: { readonly key: string; readonly admission: IdevidAdmission };
  readonly presented?: string;
}

/** What the site knows at that moment. */
export interface EnrolmentState {
  readonly token?: TokenRecord | undefined;
  readonly device?: DeviceRecord | undefined;
  readonly keyOwner?: DeviceId | undefined;
}

/**
 * Why a device gets no certificate, or undefined if it may have one. The rules stand here once: the EST handler asks
 * before it signs, and every register asks again inside its transaction, so that of two parallel requests one wins.
 *
 * Codes: those of `tokenRefusal`, and `identity/token-known-device`, `identity/device-exists`,
 * `identity/device-unknown`, `identity/device-revoked`, `identity/certificate-unknown`,
 * `identity/certificate-revoked`, `identity/key-in-use`, `identity/key-revoked`.
 */
export function enrolmentRefusal(attempt: EnrolmentAttempt, state: EnrolmentState): KitenError | undefined {
  return refusalOfMethod(attempt, state) ?? refusalOfKey(attempt, state);
}

function refusalOfMethod(attempt: EnrolmentAttempt, state: EnrolmentState): KitenError | undefined {
  switch (attempt.method) {
    case 'token':
      return tokenRefusal(state.token, attempt.device, attempt.at) ?? refusalOfTokenReach(attempt, state);
    case 'idevid':
      return refusalOfIdevid(attempt, state);
    case 'renewal':
      return refusalOfRenewal(attempt, state);
  }
}

function refusalOfTokenReach({ device: id }: EnrolmentAttempt, { token, device }: EnrolmentState) {
  if (device === undefined) return undefined;
  if (token?.device === undefined) {
    // A token for any new device of a group must not take over a name that is taken, nor the groups that go with it.
    return refuse(
      'identity/token-known-device',
      `“${id}” is known to the site already: it needs a token of its own.`,
    );
  }
  // A token from before the revocation may have been lost together with the device.
  if (device.standing === 'revoked' && token.createdAt <= device.standingSince) {
    return refuse(
      'identity/device-revoked',
      `“${id}” is revoked. A token created after that would bring it back.`,
    );
  }
  return undefined;
}

function refusalOfIdevid({ device: id, idevid }: EnrolmentAttempt, { device }: EnrolmentState) {
  if (device === undefined) return undefined;
  const admission = idevid?.admission;
  if (admission?.pinned !== true && device.idevid !== idevid?.key) {
    return refuse(
      'identity/device-exists',
      `“${id}” is known to the site already, and not by this manufacturer identity.`,
    );
  }
  if (device.standing === 'revoked' && admission?.readmits !== true) {
    return refuse(
      'identity/device-revoked',
      `“${id}” is revoked, and its manufacturer identity may not bring it back.`,
    );
  }
  return undefined;
}

function refusalOfRenewal({ device: id, presented }: EnrolmentAttempt, { device }: EnrolmentState) {
  if (device === undefined) return refuse('identity/device-unknown', `The site has no device “${id}”.`);
  if (device.standing === 'revoked') {
    return refuse(
      'identity/device-revoked',
      `“${id}” is revoked. It returns by a new token or its manufacturer identity.`,
    );
  }
  const certificate = device.certificates.find(({ serial }) => serial === presented);
  if (certificate === undefined) {
    return refuse('identity/certificate-unknown', `The site did not issue this certificate to “${id}”.`);
  }
  if (certificate.revokedAt !== undefined) {
    return refuse('identity/certificate-revoked', `This certificate of “${id}” is revoked.`);
  }
  return undefined;
}

function refusalOfKey(
  { device: id, publicKeyDigest }: EnrolmentAttempt,
  { device, keyOwner }: EnrolmentState,
) {
  if (keyOwner !== undefined && keyOwner !== id) {
    return refuse(
      'identity/key-in-use',
      'Another device has this public key. Each device makes a key pair of its own.',
    );
  }
  const revoked = device?.certificates.some(
    (certificate) => certificate.revokedAt !== undefined && certificate.publicKeyDigest === publicKeyDigest,
  );
  if (revoked === true) {
    return refuse('identity/key-revoked', 'A certificate for this key was revoked. Make a new key pair.');
  }
  return undefined;
}

const refuse = (code: ErrorCode, message: string): KitenError => new KitenError(code, message);
