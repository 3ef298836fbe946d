import { type CborValue, decodeCbor, encodeCbor, KitenError } from '@kiten/codec';
import { deviceSubject, type Evidence } from '@kiten/trust';
import type { Enrolment, EnrolmentMethod } from './register/device-register.ts';

/** Deterministic CBOR: `{1: certificate (DER), 2: method, ? 3: name of the attestation key that holds its key, null where nothing shows that any more}`. */
export const enrolmentMediaType = 'application/vnd.kiten.enrolment+cbor';

const methods: readonly CborValue[] = ['token', 'idevid', 'renewal'] satisfies EnrolmentMethod[];

/** A finished enrolment as evidence for {@link createIdentityAppraiser}. */
export function enrolmentEvidence({
  method,
  certificate,
  keyHeldBy,
}: Pick<Enrolment, 'method' | 'certificate'> & { readonly keyHeldBy?: Uint8Array | null }): Evidence {
  return {
    mediaType: enrolmentMediaType,
    subject: deviceSubject(certificate.device),
    receivedAt: certificate.issuedAt,
    via: ['est'],
    body: encodeCbor(
      new Map<CborValue, CborValue>([
        [1, certificate.der],
        [2, method],
        ...(keyHeldBy === undefined ? [] : [[3, keyHeldBy] as const]),
      ]),
    ),
  };
}

/** @throws KitenError `codec/cbor-…`, `identity/enrolment-evidence` */
export function parseEnrolmentEvidence(body: Uint8Array): {
  certificate: Uint8Array;
  method: EnrolmentMethod;
  keyHeldBy?: Uint8Array | null;
} {
  const value = decodeCbor(body);
  const certificate = value instanceof Map ? value.get(1) : undefined;
  const method = value instanceof Map ? value.get(2) : undefined;
  const keyHeldBy = value instanceof Map ? value.get(3) : undefined;
  if (
    !(value instanceof Map) ||
    value.size !== (keyHeldBy === undefined ? 2 : 3) ||
    (keyHeldBy !== undefined && keyHeldBy !== null && !(keyHeldBy instanceof Uint8Array)) ||
    !(certificate instanceof Uint8Array) ||
    !methods.includes(method)
  ) {
    throw new KitenError(
      'identity/enrolment-evidence',
      'The record of an enrolment is {1: certificate, 2: method, ? 3: the key that holds it}.',
    );
  }
  return {
    certificate,
    method: method as EnrolmentMethod,
    ...(keyHeldBy === undefined ? {} : { keyHeldBy }),
  };
}
