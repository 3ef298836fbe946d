import { fromHex } from '@kiten/codec';
import {
  type ObjectAttribute,
  type PublicArea,
  type SymmetricCipher,
  tpmAlgorithm,
  tpmHashOf,
} from '@kiten/wire';

export type TpmKeyKind = 'ecc' | 'rsa';

const sha256 = tpmHashOf(tpmAlgorithm.sha256)!;
const sha384 = tpmHashOf(tpmAlgorithm.sha384)!;
const nothing = new Uint8Array(0);
const curve = { p256: 3, p384: 4 } as const;
const aes = (bits: number): SymmetricCipher => ({
  algorithm: tpmAlgorithm.aes,
  bits,
  mode: tpmAlgorithm.cfb,
});

const born: readonly ObjectAttribute[] = ['fixedTpm', 'fixedParent', 'sensitiveDataOrigin'];
const storage: readonly ObjectAttribute[] = [...born, 'restricted', 'decrypt'];

/** PolicySecret(TPM_RH_ENDORSEMENT): TCG EK Credential Profile 2.5, B.6.2, “PolicyA”. */
const policyA = fromHex('837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa');
/** PolicyA or whoever holds the platform's policy (ibid., B.6.5, “PolicyB”). */
const policyB = {
  sha256: fromHex('ca3d0a99a2b93906f7a3342414efcfb3a385d44cd1fd459089d19b5071c0b7a0'),
  sha384: fromHex(
    'b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba09699646150f9fc000f3f80e12',
  ),
} as const;

/** Where a TPM keeps the certificate of an endorsement key and, if its maker changed it, the template (ibid., 2.2.1.4). */
export interface EndorsementSlot {
  /** As the profile names the template. */
  readonly name: 'L-1' | 'L-2' | 'H-1' | 'H-2' | 'H-3';
  readonly kind: TpmKeyKind;
  /** NV indices. */
  readonly certificate: number;
  readonly nonce: number | undefined;
  readonly template: number;
  readonly standard: PublicArea;
}

const low = {
  nameHash: sha256,
  attributes: new Set([...storage, 'adminWithPolicy' as const]),
  authPolicy: policyA,
};
const high = (hash: 'sha256' | 'sha384') => ({
  nameHash: hash === 'sha256' ? sha256 : sha384,
  attributes: new Set([...storage, 'adminWithPolicy' as const, 'userWithAuth' as const]),
  authPolicy: policyB[hash],
});

/** The endorsement keys of the profile (B.3.3, B.3.4, B.4), in the order in which one is looked for. */
export const endorsementSlots: readonly EndorsementSlot[] = [
  {
    name: 'L-2',
    kind: 'ecc',
    certificate: 0x01c0_000a,
    nonce: 0x01c0_000b,
    template: 0x01c0_000c,
    standard: eccArea({ ...low, symmetric: aes(128) }, curve.p256, new Uint8Array(32)),
  },
  {
    name: 'L-1',
    kind: 'rsa',
    certificate: 0x01c0_0002,
    nonce: 0x01c0_0003,
    template: 0x01c0_0004,
    standard: rsaArea({ ...low, symmetric: aes(128) }, new Uint8Array(256)),
  },
  {
    name: 'H-2',
    kind: 'ecc',
    certificate: 0x01c0_0014,
    nonce: undefined,
    template: 0x01c0_0015,
    standard: eccArea({ ...high('sha256'), symmetric: aes(128) }, curve.p256, nothing),
  },
  {
    name: 'H-3',
    kind: 'ecc',
    certificate: 0x01c0_0016,
    nonce: undefined,
    template: 0x01c0_0017,
    standard: eccArea({ ...high('sha384'), symmetric: aes(256) }, curve.p384, nothing),
  },
  {
    name: 'H-1',
    kind: 'rsa',
    certificate: 0x01c0_0012,
    nonce: undefined,
    template: 0x01c0_0013,
    standard: rsaArea({ ...high('sha256'), symmetric: aes(128) }, nothing),
  },
];

/**
 * An attestation key: restricted, so that it signs nothing that only looks as if its TPM had said it.
 *
 * @param unique tells this key from others of the same template; 32 octets at most
 */
export function attestationKeyTemplate(kind: TpmKeyKind, unique: Uint8Array = nothing): PublicArea {
  const fields = {
    ...plain([...born, 'userWithAuth', 'noDa', 'restricted', 'signEncrypt']),
    symmetric: undefined,
  };
  return kind === 'ecc'
    ? {
        ...eccArea(fields, curve.p256, unique, nothing),
        scheme: { algorithm: tpmAlgorithm.ecdsa, hash: sha256 },
      }
    : { ...rsaArea(fields, unique), scheme: { algorithm: tpmAlgorithm.rsassa, hash: sha256 } };
}

/** A key that signs what it is given, and never leaves its TPM: for TLS. */
export const signingKeyTemplate = (kind: TpmKeyKind): PublicArea => {
  const fields = { ...plain([...born, 'userWithAuth', 'noDa', 'signEncrypt']), symmetric: undefined };
  return kind === 'ecc' ? eccArea(fields, curve.p256, nothing) : rsaArea(fields, nothing);
};

/** The parent of all else (TCG TPM v2.0 Provisioning Guidance, 7.5.1): a storage key of the owner. */
export const storageKeyTemplate: PublicArea = eccArea(
  { ...plain([...storage, 'userWithAuth', 'noDa']), symmetric: aes(128) },
  curve.p256,
  nothing,
);

function plain(attributes: readonly ObjectAttribute[]) {
  return { nameHash: sha256, attributes: new Set(attributes), authPolicy: nothing };
}

type Fields = Pick<PublicArea, 'nameHash' | 'attributes' | 'authPolicy' | 'symmetric'>;

function eccArea(fields: Fields, id: number, x: Uint8Array, y: Uint8Array = x): PublicArea {
  return { type: 'ecc', ...fields, scheme: undefined, curve: id, kdf: undefined, x, y };
}

function rsaArea(fields: Fields, modulus: Uint8Array): PublicArea {
  return { type: 'rsa', ...fields, scheme: undefined, bits: 2048, exponent: 65_537, modulus };
}
