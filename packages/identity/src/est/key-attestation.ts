import {
  type AttestationBundle,
  attestationAttribute,
  type CertificationRequest,
  decodeAttestationBundle,
  KitenError,
} from '@kiten/codec';
import type { DeviceId } from '@kiten/trust';
import type { EnrolmentMethod } from '../register/device-register.ts';
import { Refusal } from './refusal.ts';

/** What is to be judged before a certificate is issued for a key. */
export interface KeyQuestion {
  readonly device: DeviceId;
  readonly method: EnrolmentMethod;
  /** The groups that the device is in, or comes into. */
  readonly groups: readonly string[];
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** What the request brings to show where its key lives. */
  readonly bundle?: AttestationBundle;
}

export type KeyJudgement =
  | { readonly refusal: KitenError }
  | {
      readonly refusal?: undefined;
      /** Names the key in whose hardware it was shown to live; absent if nothing shows where it lives. */
      readonly heldBy?: Uint8Array;
    };

/** Who knows what hardware says of its keys. Handed in. */
export interface KeyAttestation {
  /** What a device has to answer for its next request (draft-ietf-lamps-attestation-freshness). */
  challenge(device: DeviceId): { readonly nonce: Uint8Array; readonly lifetimeSeconds: number };
  judge(question: KeyQuestion): Promise<KeyJudgement>;
}

/**
 * The bundle in a request (draft-ietf-lamps-csr-attestation-29, 4.3: one attribute with one value).
 *
 * @throws Refusal 400 `identity/attestation-malformed`
 */
export function attestationBundleOf(request: CertificationRequest): AttestationBundle | undefined {
  const attribute = request.attributes.find(({ oid }) => oid === attestationAttribute);
  if (attribute === undefined) return undefined;
  const [value, ...others] = attribute.values;
  const message = 'The attestation of the request is not an AttestationBundle in one value.';
  if (value === undefined || others.length > 0) {
    throw new Refusal(400, 'identity/attestation-malformed', message);
  }
  try {
    return decodeAttestationBundle(value);
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    throw new Refusal(400, 'identity/attestation-malformed', message, { cause });
  }
}
