import {
  type CborValue,
  coseHeader,
  decodeSign1,
  encodeSign1,
  KitenError,
  type Sign1,
  type Signer,
  type Verify,
  verifySign1,
} from '@kiten/codec';
import { decodeSenmlCbor, decodeSenmlJson } from '../senml/decode-senml.ts';
import type { SenmlRecord } from '../senml/record.ts';

/** Content types of CoAP (RFC 8428 §12.3): what the payload is. */
export const senmlContent = { json: 110, cbor: 112 } as const;

/** Keys of CWT claims (RFC 8392 §3.1), in the header (RFC 9597). */
const claim = { subject: 2, issuedAt: 6 } as const;
/** A label for private use (RFC 9052 §11.1, −65537 and below): how many packs of the stream came before. */
const sequenceLabel = -76_001;
const maxBytes = 512 * 1024;

/** Readings of one stream, as their source signed them. */
export interface SignedPack {
  /** Which stream: unique for the key. */
  readonly stream: string;
  /** Counts from 0, by one a pack. */
  readonly sequence: number;
  /** When it was signed by the source's clock, in milliseconds since the Unix epoch. */
  readonly signedAt: number;
  readonly records: readonly SenmlRecord[];
}

export interface PackToSign extends Omit<SignedPack, 'records'> {
  readonly payload: Uint8Array;
  readonly content: (typeof senmlContent)[keyof typeof senmlContent];
  readonly keyId: Uint8Array;
}

/** Signs readings: COSE_Sign1 over SenML, with stream, sequence and time in the protected header. */
export function signPack(
  { stream, sequence, signedAt, payload, content, keyId }: PackToSign,
  signer: Signer,
): Uint8Array {
  const protectedHeader = new Map<CborValue, CborValue>([
    [coseHeader.critical, [sequenceLabel, coseHeader.cwtClaims]],
    [coseHeader.contentType, content],
    [coseHeader.keyIdentifier, keyId],
    [
      coseHeader.cwtClaims,
      new Map<CborValue, CborValue>([
        [claim.subject, stream],
        [claim.issuedAt, signedAt / 1000],
      ]),
    ],
    [sequenceLabel, sequence],
  ]);
  return encodeSign1({ protectedHeader, payload }, signer);
}

/**
 * The key that a pack says it is signed with; `undefined`: it does not say. Nothing of it is verified.
 *
 * @throws KitenError `measurement/pack-malformed`
 */
export function packKeyId(bytes: Uint8Array): Uint8Array | undefined {
  const keyId = messageOf(bytes).protectedHeader.get(coseHeader.keyIdentifier);
  return keyId instanceof Uint8Array ? keyId : undefined;
}

/**
 * Verifies a pack and reads it.
 *
 * @param publicKey DER SubjectPublicKeyInfo
 * @throws KitenError `measurement/pack-malformed`, `measurement/pack-signature`, and what {@link decodeSenmlCbor} throws
 */
export function verifyPack(bytes: Uint8Array, verify: Verify, publicKey: Uint8Array): SignedPack {
  const message = messageOf(bytes);
  if (!holds(message, verify, publicKey))
    throw new KitenError(
      'measurement/pack-signature',
      'The signature of these readings does not hold under the key of their source.',
    );
  return packIn(message);
}

/**
 * What a pack says. Nothing of it is verified.
 *
 * @throws KitenError `measurement/pack-malformed`, and what {@link decodeSenmlCbor} throws
 */
export function unverifiedPack(bytes: Uint8Array): SignedPack {
  return packIn(messageOf(bytes));
}

/**
 * Whether one of these keys, DER SubjectPublicKeyInfo, has signed a pack.
 *
 * @throws KitenError `measurement/pack-malformed`
 */
export function isSignedBy(bytes: Uint8Array, verify: Verify, keys: readonly Uint8Array[]): boolean {
  const message = messageOf(bytes);
  return keys.some((key) => holds(message, verify, key));
}

function packIn({ payload, protectedHeader }: Sign1): SignedPack {
  if (payload === null) throw malformed('it has no payload');
  const claims = protectedHeader.get(coseHeader.cwtClaims);
  const sequence = protectedHeader.get(sequenceLabel);
  const [stream, issuedAt] =
    claims instanceof Map ? [claims.get(claim.subject), claims.get(claim.issuedAt)] : [];
  if (typeof stream !== 'string' || stream === '' || stream.length > 256)
    throw malformed('it does not say which stream it is of');
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 0)
    throw malformed('it has no sequence');
  const seconds = typeof issuedAt === 'number' ? issuedAt : Number.NaN;
  if (!(seconds >= 0 && seconds < 2 ** 40)) throw malformed('it does not say when it was signed');
  const content = protectedHeader.get(coseHeader.contentType);
  if (content !== senmlContent.json && content !== senmlContent.cbor)
    throw malformed('what it holds is not SenML');
  const records = content === senmlContent.json ? decodeSenmlJson(payload) : decodeSenmlCbor(payload);
  return { stream, sequence, signedAt: Math.round(seconds * 1000), records };
}

function holds(message: Sign1, verify: Verify, publicKey: Uint8Array): boolean {
  try {
    return verifySign1(message, verify, publicKey, { understood: [sequenceLabel, coseHeader.cwtClaims] });
  } catch (cause) {
    // A device may have certificates for keys of several kinds.
    if (cause instanceof KitenError && cause.code === 'codec/cose-key-mismatch') return false;
    throw malformed('it cannot be verified', cause);
  }
}

function messageOf(bytes: Uint8Array): Sign1 {
  try {
    return decodeSign1(bytes, { maxBytes });
  } catch (cause) {
    throw malformed('it is no COSE_Sign1', cause);
  }
}

function malformed(why: string, cause?: unknown): KitenError {
  return new KitenError('measurement/pack-malformed', `These are no signed readings: ${why}.`, { cause });
}
