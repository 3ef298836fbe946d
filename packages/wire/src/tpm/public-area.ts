import { concatBytes } from '@kiten/codec';
import { type TpmHash, tpmAlgorithm, tpmCurves, tpmHashOf } from './algorithm.ts';
import { tpmRefusal } from './error.ts';
import { type ObjectAttribute, objectAttributeMask, objectAttributes } from './object-attributes.ts';
import { readTpm, type TpmReader, unknownAlgorithm } from './reader.ts';
import {
  type AsymmetricScheme,
  readScheme,
  readSymmetric,
  type SymmetricCipher,
  writeScheme,
  writeSymmetric,
} from './scheme.ts';
import { TpmWriter } from './writer.ts';

interface PublicAreaFields {
  /** The hash of its name; undefined for TPM_ALG_NULL, under which an object has none. */
  readonly nameHash: TpmHash | undefined;
  readonly attributes: ReadonlySet<ObjectAttribute>;
  readonly authPolicy: Uint8Array;
  /** What a parent protects its children with; undefined for a key that is none. */
  readonly symmetric: SymmetricCipher | undefined;
  /** What the key is bound to; undefined if whoever uses it chooses. */
  readonly scheme: AsymmetricScheme | undefined;
}

export interface RsaPublicArea extends PublicAreaFields {
  readonly type: 'rsa';
  readonly bits: number;
  /** 65537 where the structure has the default, 0. */
  readonly exponent: number;
  readonly modulus: Uint8Array;
}

export interface EccPublicArea extends PublicAreaFields {
  readonly type: 'ecc';
  /** TPM_ECC_CURVE. */
  readonly curve: number;
  readonly kdf: AsymmetricScheme | undefined;
  readonly x: Uint8Array;
  readonly y: Uint8Array;
}

/** TPMT_PUBLIC (Part 2, 12.2.4) of an asymmetric key. */
export type PublicArea = RsaPublicArea | EccPublicArea;

const maximumModulusBytes = 512;
const defaultExponent = 65_537;

/** Decodes a TPMT_PUBLIC that fills the bytes. @throws KitenError `wire/tpm-…` */
export const decodePublicArea = (bytes: Uint8Array): PublicArea => readTpm(bytes, readPublicArea);

/** Decodes a TPM2B_PUBLIC (Part 2, 12.2.5), as tpm2-tools stores public areas. @throws KitenError `wire/tpm-…` */
export const decodeSizedPublicArea = (bytes: Uint8Array): PublicArea =>
  readTpm(bytes, (reader) => reader.nested(readPublicArea));

export function readPublicArea(reader: TpmReader): PublicArea {
  const typeStart = reader.offset;
  const type = reader.uint16();
  if (type !== tpmAlgorithm.rsa && type !== tpmAlgorithm.ecc) {
    throw unknownAlgorithm(type, 'type of an asymmetric key', typeStart);
  }
  const nameStart = reader.offset;
  const nameId = reader.uint16();
  const nameHash = tpmHashOf(nameId);
  if (nameHash === undefined && nameId !== tpmAlgorithm.null) {
    throw unknownAlgorithm(nameId, 'hash function', nameStart);
  }
  const attributesStart = reader.offset;
  const attributes = objectAttributes(reader.uint32(), attributesStart);
  const authPolicy = reader.sized(64);
  const fields = { nameHash, attributes, authPolicy, symmetric: readSymmetric(reader) };
  return type === tpmAlgorithm.rsa ? readRsa(reader, fields) : readEcc(reader, fields);
}

type CommonFields = Omit<PublicAreaFields, 'scheme'>;

function readRsa(reader: TpmReader, fields: CommonFields): RsaPublicArea {
  const scheme = readScheme(reader, 'rsa');
  const start = reader.offset;
  const bits = reader.uint16();
  const exponent = reader.uint32() || defaultExponent;
  const modulus = reader.sized(maximumModulusBytes);
  // A template has no modulus yet.
  if (bits < 1024 || bits > maximumModulusBytes * 8 || bits % 8 !== 0) throw keySize(start);
  if (modulus.length !== 0 && (modulus.length * 8 !== bits || modulus[0]! < 0x80)) throw keySize(start);
  if (exponent < 3 || exponent % 2 === 0) {
    throw tpmRefusal('wire/tpm-rsa-exponent', 'The exponent of an RSA key is odd and at least 3.', start + 2);
  }
  return { type: 'rsa', ...fields, scheme, bits, exponent, modulus };
}

function readEcc(reader: TpmReader, fields: CommonFields): EccPublicArea {
  const scheme = readScheme(reader, 'ecc');
  const start = reader.offset;
  const curve = reader.uint16();
  const known = Object.hasOwn(tpmCurves, curve) ? tpmCurves[curve] : undefined;
  if (known === undefined)
    throw tpmRefusal('wire/tpm-curve', `${curve} is no curve that is known here.`, start);
  const kdf = readScheme(reader, 'kdf');
  const x = reader.sized(known.bytes);
  const y = reader.sized(known.bytes);
  return { type: 'ecc', ...fields, scheme, curve, kdf, x, y };
}

const keySize = (offset?: number) =>
  tpmRefusal(
    'wire/tpm-key-size',
    'The modulus of an RSA key is as long as the key says, 1024 to 4096 bits.',
    offset,
  );

/** @throws KitenError `wire/tpm-…` for what decoding would refuse */
export function encodePublicArea(area: PublicArea): Uint8Array {
  const writer = new TpmWriter();
  writer.uint16(area.type === 'rsa' ? tpmAlgorithm.rsa : tpmAlgorithm.ecc);
  writer.uint16(area.nameHash?.id ?? tpmAlgorithm.null);
  writer.uint32(objectAttributeMask(area.attributes)).sized(area.authPolicy, 64);
  writeSymmetric(writer, area.symmetric);
  writeScheme(writer, area.scheme);
  if (area.type === 'rsa') {
    writer.uint16(area.bits).uint32(area.exponent === defaultExponent ? 0 : area.exponent);
    writer.sized(area.modulus, maximumModulusBytes);
  } else {
    const bytes = tpmCurves[area.curve]?.bytes ?? 0;
    writer.uint16(area.curve);
    writeScheme(writer, area.kdf);
    writer.sized(area.x, bytes).sized(area.y, bytes);
  }
  return writer.result();
}

/** A hash function by its TPM name (`sha256`), handed in: this package performs no cryptography. */
export type DigestWith = (hash: TpmHash, data: Uint8Array) => Uint8Array;

/**
 * The name of an object (Part 1, 16): its hash's identifier and digest over the TPMT_PUBLIC. An object without a
 * name hash has an empty name.
 *
 * @param publicArea the TPMT_PUBLIC
 * @throws KitenError `wire/tpm-…` if that is none
 */
export function objectName(publicArea: Uint8Array, digest: DigestWith): Uint8Array {
  const { nameHash } = decodePublicArea(publicArea);
  if (nameHash === undefined) return new Uint8Array(0);
  return concatBytes(new TpmWriter().uint16(nameHash.id).result(), digest(nameHash, publicArea));
}
