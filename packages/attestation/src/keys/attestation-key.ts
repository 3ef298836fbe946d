import { createPublicKey, type KeyObject } from 'node:crypto';
import { decodePem, equalBytes, KitenError, parseCertificate } from '@kiten/codec';
import {
  decodePublicArea,
  decodeSizedPublicArea,
  encodePublicArea,
  objectName,
  type PublicArea,
} from '@kiten/wire';
import { digestOf, refusal } from '../hash.ts';

/** A public key of a TPM. The KeyObject is kept: importing a key costs more than a signature. */
export interface TpmKey {
  readonly key: KeyObject;
  readonly kind: 'ec' | 'rsa';
  /** Octets of each of r and s, for EC keys. */
  readonly coordinateBytes: number;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** What the TPM says about the key; absent for a key that is known by itself alone. */
  readonly area?: PublicArea;
  /** The name of the public area. */
  readonly name?: Uint8Array;
}

const curves: Readonly<Record<number, string>> = { 3: 'P-256', 4: 'P-384', 5: 'P-521' };
const coordinates: Readonly<Record<string, number>> = { prime256v1: 32, secp384r1: 48, secp521r1: 66 };

/**
 * Reads a public key in any form that tools write it in: TPM2B_PUBLIC, TPMT_PUBLIC, SubjectPublicKeyInfo or
 * certificate, these in DER or PEM.
 *
 * @throws KitenError `attestation/key-unreadable`, `attestation/key-unsupported`
 */
export function readTpmKey(bytes: Uint8Array): TpmKey {
  const area = readArea(bytes);
  if (area !== undefined) return keyOfArea(area);
  return keyOfPublicKey(publicKeyIn(bytes));
}

/** The key of a public area. @throws KitenError `attestation/key-unsupported` */
export function keyOfArea(area: PublicArea): TpmKey {
  const key = importKey(() => createPublicKey({ format: 'jwk', key: jwkOf(area) }));
  const encoded = encodePublicArea(area);
  return { ...describe(key), area, name: objectName(encoded, digestOf) };
}

/** The key of a DER SubjectPublicKeyInfo. @throws KitenError `attestation/key-unsupported` */
export const keyOfPublicKey = (publicKey: Uint8Array): TpmKey =>
  describe(importKey(() => createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })));

/** Whether both are the same public key. */
export const sameKey = (one: TpmKey, other: TpmKey): boolean => equalBytes(one.publicKey, other.publicKey);

function readArea(bytes: Uint8Array): PublicArea | undefined {
  for (const decode of [decodeSizedPublicArea, decodePublicArea]) {
    try {
      return decode(bytes);
    } catch (error) {
      // Another form may fit.
      if (!(error instanceof KitenError)) throw error;
    }
  }
  return undefined;
}

function publicKeyIn(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  if (!text.includes('-----BEGIN ')) return derPublicKey(bytes);
  const [block] = decodePem(text);
  if (block?.label === 'CERTIFICATE') return parseCertificate(block.der).publicKey;
  if (block?.label === 'PUBLIC KEY') return block.der;
  throw unreadable();
}

function derPublicKey(bytes: Uint8Array): Uint8Array {
  try {
    return parseCertificate(bytes).publicKey;
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    if (bytes[0] === 0x30) return bytes;
    throw unreadable(error);
  }
}

const unreadable = (cause?: KitenError) =>
  new KitenError(
    'attestation/key-unreadable',
    'This is no public key: give a TPM2B_PUBLIC, a TPMT_PUBLIC, or a key or certificate in PEM or DER.',
    { cause },
  );

function jwkOf(area: PublicArea) {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  if (area.type === 'rsa') {
    const exponent = Buffer.alloc(4);
    exponent.writeUInt32BE(area.exponent);
    const start = exponent.findIndex((octet) => octet !== 0);
    return { kty: 'RSA', n: text(area.modulus), e: text(exponent.subarray(start)) };
  }
  const curve = curves[area.curve];
  if (curve === undefined) {
    throw refusal(
      'attestation/key-unsupported',
      'Attestation keys lie on P-256, P-384 or P-521, or are RSA.',
    );
  }
  const bytes = curve === 'P-521' ? 66 : curve === 'P-384' ? 48 : 32;
  const whole = (coordinate: Uint8Array) =>
    text(Buffer.concat([Buffer.alloc(bytes - coordinate.length), coordinate]));
  return { kty: 'EC', crv: curve, x: whole(area.x), y: whole(area.y) };
}

function importKey(make: () => KeyObject): KeyObject {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof KitenError) throw cause;
    throw new KitenError('attestation/key-unsupported', 'The public key is damaged, or of an unknown kind.', {
      cause,
    });
  }
}

function describe(key: KeyObject): Omit<TpmKey, 'area' | 'name'> {
  const publicKey = new Uint8Array(key.export({ format: 'der', type: 'spki' }));
  const { namedCurve = '', modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  const coordinateBytes = coordinates[namedCurve];
  if (key.asymmetricKeyType === 'ec' && coordinateBytes !== undefined) {
    return { key, kind: 'ec', coordinateBytes, publicKey };
  }
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048) {
    return { key, kind: 'rsa', coordinateBytes: 0, publicKey };
  }
  throw refusal(
    'attestation/key-unsupported',
    'Attestation keys lie on P-256, P-384 or P-521, or are RSA from 2048 bits.',
  );
}
