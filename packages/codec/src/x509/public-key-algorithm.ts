import { type AlgorithmName, algorithmOf } from '../algorithms.ts';
import { refusal } from '../der/der-error.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import { keyOid } from './object-identifiers.ts';
import { readPssParameters } from './pss-parameters.ts';

export type Curve = 'P-256' | 'P-384' | 'P-521';

/** An RSA key. One that says itself that it signs with RSASSA-PSS only (RFC 4055 §1.2) has a `padding`. */
export interface RsaKeyAlgorithm {
  readonly kind: 'rsa';
  /** The length of the modulus. */
  readonly bits: number;
  readonly padding?: 'pss';
  /** The one algorithm that such a key is bound to, if it names one. */
  readonly only?: AlgorithmName;
}

/** What kind of key a SubjectPublicKeyInfo holds. `unknown` names the algorithm, or the curve, it stands for. */
export type PublicKeyAlgorithm =
  | { readonly kind: 'ec'; readonly curve: Curve }
  | RsaKeyAlgorithm
  | { readonly kind: 'ed25519' }
  | { readonly kind: 'ml-dsa'; readonly name: AlgorithmName }
  | { readonly kind: 'unknown'; readonly oid: string };

/** Shorter moduli are refused (NIST SP 800-131A: 112 bits of security), longer ones cost more than they give. */
export const rsaBits = { least: 2048, most: 16_384 } as const;

const maximumKeyBytes = 16_384;

const curves: Readonly<Record<string, { readonly curve: Curve; readonly coordinateBytes: number }>> = {
  '1.2.840.10045.3.1.7': { curve: 'P-256', coordinateBytes: 32 },
  '1.3.132.0.34': { curve: 'P-384', coordinateBytes: 48 },
  '1.3.132.0.35': { curve: 'P-521', coordinateBytes: 66 },
};

/** Octets of the encoded public key (FIPS 204 table 2). */
const moduleLatticeKeys: Readonly<Record<string, { readonly name: AlgorithmName; readonly bytes: number }>> =
  {
    [algorithmOf('ML-DSA-44').x509]: { name: 'ML-DSA-44', bytes: 1312 },
    [algorithmOf('ML-DSA-65').x509]: { name: 'ML-DSA-65', bytes: 1952 },
    [algorithmOf('ML-DSA-87').x509]: { name: 'ML-DSA-87', bytes: 2592 },
  };

/**
 * The algorithm of a DER SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), whose key is held against it: parameters, and
 * form and length of the key. Whether a point lies on its curve is left to the cryptography.
 *
 * @throws KitenError `codec/x509-public-key-parameters`, `codec/x509-public-key-length`, `codec/x509-ec-point-form`,
 * `codec/x509-rsa-key`, `codec/x509-rsa-too-short`, or `codec/der-…`.
 */
export const publicKeyAlgorithm = (publicKey: Uint8Array): PublicKeyAlgorithm =>
  readDer(publicKey, maximumKeyBytes, readPublicKeyAlgorithm);

/** As {@link publicKeyAlgorithm}, for a key within another structure. */
export function readPublicKeyAlgorithm(reader: DerReader): PublicKeyAlgorithm {
  const info = reader.sequence();
  const algorithm = readAlgorithm(info.sequence(), info);
  info.finish();
  return algorithm;
}

/** Reads a SubjectPublicKeyInfo whose form is checked and whose algorithm is left open; returns it whole. */
export function readPublicKey(reader: DerReader): Uint8Array {
  const start = reader.offset;
  const info = reader.sequence();
  const identifier = info.sequence();
  identifier.objectIdentifier();
  if (!identifier.done) identifier.any();
  identifier.finish();
  info.wholeOctets();
  info.finish();
  return reader.since(start);
}

function readAlgorithm(identifier: DerReader, info: DerReader): PublicKeyAlgorithm {
  const oid = identifier.objectIdentifier();
  if (oid === keyOid.ecPublicKey) return readEllipticCurve(identifier, info);
  if (oid === keyOid.rsaEncryption) {
    identifier.null();
    identifier.finish();
    return { kind: 'rsa', bits: readRsaBits(info) };
  }
  if (oid === keyOid.rsassaPss) return readRsaPss(identifier, info);
  if (oid === keyOid.ed25519) {
    readKeyWithoutParameters(identifier, info, 32);
    return { kind: 'ed25519' };
  }
  const moduleLattice = Object.hasOwn(moduleLatticeKeys, oid) ? moduleLatticeKeys[oid] : undefined;
  if (moduleLattice !== undefined) {
    readKeyWithoutParameters(identifier, info, moduleLattice.bytes);
    return { kind: 'ml-dsa', name: moduleLattice.name };
  }
  if (!identifier.done) identifier.any();
  identifier.finish();
  info.wholeOctets();
  return { kind: 'unknown', oid };
}

/** Named curves only, and points in uncompressed form (RFC 5480 §2.1.1, §2.2). */
function readEllipticCurve(identifier: DerReader, info: DerReader): PublicKeyAlgorithm {
  if (identifier.peek() !== derTag.objectIdentifier) {
    throw refusal('codec/x509-public-key-parameters', 'The curve of an EC key is named.', identifier.offset);
  }
  const oid = identifier.objectIdentifier();
  identifier.finish();
  const start = info.offset;
  const point = info.wholeOctets();
  const known = Object.hasOwn(curves, oid) ? curves[oid] : undefined;
  if (known === undefined) return { kind: 'unknown', oid };
  if (point[0] !== 0x04)
    throw refusal('codec/x509-ec-point-form', 'Points are uncompressed: 04, x, y.', start);
  if (point.length !== 1 + 2 * known.coordinateBytes) {
    throw refusal(
      'codec/x509-public-key-length',
      `No point on ${known.curve} is ${point.length} octets long.`,
      start,
    );
  }
  return { kind: 'ec', curve: known.curve };
}

function readRsaPss(identifier: DerReader, info: DerReader): PublicKeyAlgorithm {
  const { offset } = identifier;
  const restricted = !identifier.done;
  const only = restricted ? readPssParameters(identifier) : undefined;
  if (restricted && only === undefined) {
    throw refusal(
      'codec/x509-public-key-parameters',
      'The key is bound to unusual RSASSA-PSS parameters.',
      offset,
    );
  }
  identifier.finish();
  return { kind: 'rsa', bits: readRsaBits(info), padding: 'pss', ...(only === undefined ? {} : { only }) };
}

/** RSAPublicKey (RFC 8017 §A.1.1): the length of the modulus. */
function readRsaBits(info: DerReader): number {
  const start = info.offset;
  const encapsulated = info.encapsulatedBits();
  const sequence = encapsulated.sequence();
  const key = { modulus: sequence.integerContent(), exponent: sequence.integerContent() };
  sequence.finish();
  encapsulated.finish();
  const bits = bitLength(key.modulus);
  const exponentBits = bitLength(key.exponent);
  if (
    !isPositiveAndOdd(key.modulus) ||
    !isPositiveAndOdd(key.exponent) ||
    exponentBits < 2 ||
    exponentBits > 64
  ) {
    throw refusal(
      'codec/x509-rsa-key',
      'Modulus and exponent of an RSA key are odd, the exponent 3 to 2^64.',
      start,
    );
  }
  if (bits < rsaBits.least) {
    throw refusal(
      'codec/x509-rsa-too-short',
      `An RSA key of ${bits} bits; ${rsaBits.least} is the least.`,
      start,
    );
  }
  if (bits > rsaBits.most) {
    throw refusal('codec/x509-rsa-key', `An RSA key of ${bits} bits; ${rsaBits.most} is the most.`, start);
  }
  return bits;
}

const isPositiveAndOdd = (content: Uint8Array): boolean => content[0]! < 0x80 && (content.at(-1)! & 1) === 1;

/** Of the minimal content octets of a positive INTEGER. */
function bitLength(content: Uint8Array): number {
  const magnitude = content[0] === 0 ? content.subarray(1) : content;
  return magnitude.length === 0 ? 0 : magnitude.length * 8 - (Math.clz32(magnitude[0]!) - 24);
}

function readKeyWithoutParameters(identifier: DerReader, info: DerReader, bytes: number): void {
  if (!identifier.done) {
    throw refusal(
      'codec/x509-public-key-parameters',
      'A key of this kind has no parameters.',
      identifier.offset,
    );
  }
  const start = info.offset;
  const { length } = info.wholeOctets();
  if (length !== bytes) {
    throw refusal('codec/x509-public-key-length', `${length} octets where the key has ${bytes}.`, start);
  }
}
