import { encodeMessage, JsonShape, member } from './json-shape.ts';

/** Which key is to speak for a device: `POST /attest/key`. */
export interface KeyRequest {
  /** TPMT_PUBLIC or TPM2B_PUBLIC. */
  readonly endorsementKey: Uint8Array;
  /** DER. */
  readonly endorsementCertificate?: Uint8Array;
  /** TPMT_PUBLIC or TPM2B_PUBLIC. */
  readonly attestationKey: Uint8Array;
  /** DER: certificates between the endorsement key's and its vendor's root. */
  readonly intermediates?: readonly Uint8Array[];
}

/** What the TPM has to open with TPM2_ActivateCredential: the answer to a {@link KeyRequest}. */
export interface KeyActivation {
  /** Names this activation when it is confirmed. */
  readonly activation: string;
  /** TPM2B_ID_OBJECT. */
  readonly credential: Uint8Array;
  /** TPM2B_ENCRYPTED_SECRET. */
  readonly secret: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

/** What the TPM found in the credential: `POST /attest/key/confirm`. */
export interface KeyConfirmation {
  readonly activation: string;
  readonly secret: Uint8Array;
}

/** The key that speaks for the device from now on: the answer to a {@link KeyConfirmation}. */
export interface KeyConfirmed {
  readonly device: string;
  /** The name of the attestation key's public area (TPM 2.0 Library, Part 1, 16). */
  readonly attestationKey: Uint8Array;
  /** Who vouches for the TPM, or why nobody does. */
  readonly endorsement: { readonly vendor: string } | { readonly problem: string };
}

const limits = {
  message: 64 << 10,
  key: 2048,
  certificate: 8192,
  intermediates: 4,
  object: 1024,
  secret: 64,
};
const identifier = /^[A-Za-z0-9_-]{16,64}$/;
const word = /^[a-z][a-z0-9-]{0,63}$/;

const request = new JsonShape(
  'A request for an attestation key names endorsementKey and attestationKey as base64url, and may name endorsementCertificate and up to 4 intermediates.',
);
const activation = new JsonShape(
  'An activation has an id, a credential and a secret for the TPM, and says when it expires.',
);
const confirmation = new JsonShape('A confirmation names the activation and the secret that the TPM found.');
const confirmed = new JsonShape(
  'A confirmed attestation key is named with its device and with who vouches for the TPM.',
);

export const encodeKeyRequest = (message: KeyRequest): Uint8Array => encodeMessage(message);

/** @throws KitenError `attestation/message-malformed` */
export function decodeKeyRequest(bytes: Uint8Array): KeyRequest {
  const names = ['endorsementKey', 'endorsementCertificate', 'attestationKey', 'intermediates'];
  const object = request.message(bytes, limits.message, names);
  const certificate = (value: unknown) => request.octets(value, 1, limits.certificate);
  const endorsement = member(object, 'endorsementCertificate');
  const above = member(object, 'intermediates');
  return {
    endorsementKey: request.octets(member(object, 'endorsementKey'), 1, limits.key),
    ...(endorsement === undefined ? {} : { endorsementCertificate: certificate(endorsement) }),
    attestationKey: request.octets(member(object, 'attestationKey'), 1, limits.key),
    ...(above === undefined
      ? {}
      : { intermediates: request.list(above, limits.intermediates).map(certificate) }),
  };
}

export const encodeKeyActivation = (message: KeyActivation): Uint8Array => encodeMessage(message);

/** @throws KitenError `attestation/message-malformed` */
export function decodeKeyActivation(bytes: Uint8Array): KeyActivation {
  const object = activation.message(bytes, limits.message);
  return {
    activation: activation.text(member(object, 'activation'), 64, identifier),
    credential: activation.octets(member(object, 'credential'), 1, limits.object),
    secret: activation.octets(member(object, 'secret'), 1, limits.object),
    expiresAt: activation.count(member(object, 'expiresAt')),
  };
}

export const encodeKeyConfirmation = (message: KeyConfirmation): Uint8Array => encodeMessage(message);

/** @throws KitenError `attestation/message-malformed` */
export function decodeKeyConfirmation(bytes: Uint8Array): KeyConfirmation {
  const object = confirmation.message(bytes, limits.message, ['activation', 'secret']);
  return {
    activation: confirmation.text(member(object, 'activation'), 64, identifier),
    secret: confirmation.octets(member(object, 'secret'), 1, limits.secret),
  };
}

const vendorPrefix = 'vendor ';

export function encodeKeyConfirmed({ endorsement, ...rest }: KeyConfirmed): Uint8Array {
  const said = 'vendor' in endorsement ? `${vendorPrefix}${endorsement.vendor}` : endorsement.problem;
  return encodeMessage({ ...rest, endorsement: said });
}

/** @throws KitenError `attestation/message-malformed` */
export function decodeKeyConfirmed(bytes: Uint8Array): KeyConfirmed {
  const object = confirmed.message(bytes, limits.message);
  const said = confirmed.text(member(object, 'endorsement'), 128);
  const endorsement = said.startsWith(vendorPrefix)
    ? { vendor: said.slice(vendorPrefix.length) }
    : { problem: confirmed.text(said, 64, word) };
  return {
    device: confirmed.text(member(object, 'device'), 64),
    attestationKey: confirmed.octets(member(object, 'attestationKey'), 3, 66),
    endorsement,
  };
}
