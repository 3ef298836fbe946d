import { type CborValue, decodeCbor, encodeCbor, KitenError } from '@kiten/codec';
import { type DeviceId, deviceSubject, type Evidence } from '@kiten/trust';
import type { PasswordOrigin } from './password.ts';

/** Deterministic CBOR: `{1: "generated" or "imported"}`. Nothing of the password or its hash. */
export const passwordMediaType = 'application/vnd.kiten.password+cbor';

/** That a device was given a password, as evidence for {@link createPasswordAppraiser}. */
export function passwordEvidence(device: DeviceId, origin: PasswordOrigin, at: number): Evidence {
  return {
    mediaType: passwordMediaType,
    subject: deviceSubject(device),
    receivedAt: at,
    via: ['operator'],
    body: encodeCbor(new Map<CborValue, CborValue>([[1, origin]])),
  };
}

/** @throws KitenError `codec/cbor-…`, `identity/password-evidence` */
export function parsePasswordEvidence(body: Uint8Array): PasswordOrigin {
  const value = decodeCbor(body);
  const origin = value instanceof Map && value.size === 1 ? value.get(1) : undefined;
  if (origin === 'generated' || origin === 'imported') return origin;
  throw new KitenError('identity/password-evidence', 'The record of a password is {1: where it is from}.');
}
