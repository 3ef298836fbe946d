import {
  type CborMap,
  CborTag,
  type CborValue,
  coseHeader,
  decodeCbor,
  decodeSign1,
  encodeCbor,
  KitenError,
  type Sign1,
  type Signer,
  type Verify,
  verifySign1,
} from '@kiten/codec';
import { signStatement } from '@kiten/trust';
import { refusal } from '../hash.ts';
import { decodeCorim, readValidity } from './corim-decode.ts';
import { corim } from './corim-labels.ts';
import type { ReferenceImage } from './reference-image.ts';

/** The header parameter of a CoRIM's meta map (draft-ietf-rats-corim-11, 4.2.1). */
const metaLabel = 8;
const claim = { issuer: 1, expires: 4, notBefore: 5 } as const;
const reading = { deterministic: false, maxBytes: 96 << 20 } as const;

/** What a signed CoRIM says beside its CoRIM. */
export interface CorimSignature {
  /** Who signs it. */
  readonly issuer: string;
  /** Names the key. */
  readonly keyId: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly issuedAt: number;
  readonly expiresAt?: number;
}

/** Signs a CoRIM: a COSE_Sign1 with its signer as CWT claims, which is a statement about the image, too (4.2). */
export function signCorim(
  bytes: Uint8Array,
  subject: string,
  { issuer, keyId, issuedAt, expiresAt }: CorimSignature,
  signer: Signer,
): Uint8Array {
  const seconds = (at: number) => Math.floor(at / 1000);
  const statement = { issuer, subject, contentType: corim.contentType, payload: bytes, keyId };
  const end = expiresAt === undefined ? {} : { expiresAt: seconds(expiresAt) };
  return signStatement({ ...statement, issuedAt: seconds(issuedAt), ...end }, signer);
}

/** Whether octets are a signed CoRIM: a COSE_Sign1, or the tags that older drafts put around it. */
export function isSignedCorim(bytes: Uint8Array): boolean {
  const value = bytes[0] === 0xd2 ? undefined : decodeCbor(bytes, reading);
  if (value === undefined) return true;
  const inner = value instanceof CborTag && value.tag === corim.outerTag ? value.value : value;
  return inner instanceof CborTag && inner.tag === corim.signedTag;
}

/**
 * Verifies a signed CoRIM and reads its reference values. The earliest end of CoRIM and signature counts.
 *
 * @param publicKey DER SubjectPublicKeyInfo of whoever has to have signed it
 * @throws KitenError `attestation/corim-signature`, `-unverifiable`, and what {@link decodeCorim} throws
 */
export function verifyCorim(
  bytes: Uint8Array,
  verify: Verify,
  publicKey: Uint8Array,
): ReferenceImage & { issuer: string } {
  const { message, payload } = decode(bytes);
  if (!holds(message, verify, publicKey)) {
    throw refusal('attestation/corim-signature', 'The signature of the CoRIM does not hold under this key.');
  }
  const { issuer, ...signed } = signerOf(message.protectedHeader);
  const image = decodeCorim(payload);
  return { ...image, ...narrower(image, signed), issuer };
}

function decode(bytes: Uint8Array): { message: Sign1; payload: Uint8Array } {
  try {
    const message = decodeSign1(withoutOldTags(bytes), reading);
    const type = message.protectedHeader.get(coseHeader.contentType);
    const isCorim = type === corim.contentType || type === corim.oldContentType;
    if (message.payload !== null && isCorim) return { message, payload: message.payload };
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    throw new KitenError('attestation/corim-unverifiable', sentence, { cause });
  }
  throw refusal('attestation/corim-unverifiable', sentence);
}

const sentence = 'A signed CoRIM is a COSE_Sign1 of type application/rim+cbor that carries its CoRIM.';

function withoutOldTags(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0xd2) return bytes;
  let value = decodeCbor(bytes, reading);
  while (value instanceof CborTag && (value.tag === corim.outerTag || value.tag === corim.signedTag))
    value = value.value;
  return encodeCbor(value);
}

function holds(message: Sign1, verify: Verify, publicKey: Uint8Array): boolean {
  try {
    return verifySign1(message, verify, publicKey, { understood: [metaLabel, coseHeader.cwtClaims] });
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    throw new KitenError('attestation/corim-unverifiable', 'The CoRIM cannot be judged under this key.', {
      cause,
    });
  }
}

interface Signed {
  readonly issuer: string;
  readonly validFrom?: number;
  readonly validUntil?: number;
}

function signerOf(header: CborMap): Signed {
  const claims = header.get(coseHeader.cwtClaims);
  if (claims instanceof Map) return ofClaims(claims);
  const meta = header.get(metaLabel);
  if (!(meta instanceof Uint8Array))
    throw refusal('attestation/corim-unverifiable', 'The CoRIM names no signer.');
  const map = decodeCbor(meta, reading);
  const signer = map instanceof Map ? map.get(0) : undefined;
  const name = signer instanceof Map ? signer.get(0) : undefined;
  if (!(map instanceof Map) || typeof name !== 'string') {
    throw refusal('attestation/corim-unverifiable', 'The CoRIM names no signer.');
  }
  return { issuer: name, ...readValidity(map.get(1)) };
}

function ofClaims(claims: CborMap): Signed {
  const issuer = claims.get(claim.issuer);
  if (typeof issuer !== 'string')
    throw refusal('attestation/corim-unverifiable', 'The CoRIM names no signer.');
  const time = (label: number): number | undefined => {
    const seconds: CborValue = claims.get(label);
    return typeof seconds === 'number' ? seconds * 1000 : undefined;
  };
  const [validFrom, validUntil] = [time(claim.notBefore), time(claim.expires)];
  return {
    issuer,
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

function narrower(one: Pick<ReferenceImage, 'validFrom' | 'validUntil'>, other: Omit<Signed, 'issuer'>) {
  const from = Math.max(
    one.validFrom ?? Number.NEGATIVE_INFINITY,
    other.validFrom ?? Number.NEGATIVE_INFINITY,
  );
  const until = Math.min(
    one.validUntil ?? Number.POSITIVE_INFINITY,
    other.validUntil ?? Number.POSITIVE_INFINITY,
  );
  return {
    ...(Number.isFinite(from) ? { validFrom: from } : {}),
    ...(Number.isFinite(until) ? { validUntil: until } : {}),
  };
}
