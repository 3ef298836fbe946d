import {
  type AlgorithmName,
  CborTag,
  type CborValue,
  coseHeader,
  decodeCbor,
  decodeSign1,
  encodeCbor,
  encodeSign1,
  KitenError,
  type Sign1,
  type Signer,
  sign1Algorithm,
  type Verify,
  verifySign1,
} from '@kiten/codec';
import {
  type EarExpectations,
  earAlgorithmSentence,
  earAlgorithms,
  maximumEarLength,
  mustMeet,
} from './ear.ts';
import { earToCbor, parseEarCbor } from './ear-cbor.ts';
import type { EarClaims } from './ear-claims.ts';

/** The header parameter `typ` (RFC 9596). */
const typeLabel = 16;
/** RFC 9782. */
const earCwtType = 'application/eat+cwt';
/** CWT's own tag, which may stand around it (RFC 8392 §6). */
const cwtTag = 61;

const reading = { deterministic: false, maxBytes: maximumEarLength } as const;

/**
 * Signs an EAR as a CWT (RFC 8392): a COSE_Sign1 under ES256.
 *
 * @throws KitenError `trust/ear-algorithm` for a signer that is not ES256, and what `parseEar` throws for claims that
 *   we would not accept ourselves
 */
export function signEarCwt(claims: EarClaims, signer: Signer, keyId?: Uint8Array): Uint8Array {
  if (signer.algorithm !== 'ES256') {
    throw new KitenError('trust/ear-algorithm', 'An EAR is signed with ES256.', {
      detail: { algorithm: signer.algorithm },
    });
  }
  const payload = earToCbor(claims);
  parseEarCbor(payload);
  const protectedHeader = new Map<CborValue, CborValue>([[typeLabel, earCwtType]]);
  if (keyId !== undefined) protectedHeader.set(coseHeader.keyIdentifier, keyId);
  return encodeSign1({ protectedHeader, payload: encodeCbor(payload) }, signer);
}

/**
 * Verifies an EAR that is a CWT and reads its claims; the signature comes first.
 *
 * @param publicKey DER SubjectPublicKeyInfo.
 * @throws KitenError `trust/ear-too-long`, `-malformed`, `-algorithm`, `-type`, `-key`, `-signature`, `-expired`,
 *   `-not-yet-valid`, `-other-issuer`, and what `parseEar` throws
 */
export function verifyEarCwt(
  bytes: Uint8Array,
  verify: Verify,
  publicKey: Uint8Array,
  expectations: EarExpectations,
): EarClaims {
  const message = decode(bytes);
  if (!earAlgorithms.has(algorithmOf(message))) {
    throw new KitenError('trust/ear-algorithm', earAlgorithmSentence);
  }
  const type = message.protectedHeader.get(typeLabel);
  if (type !== undefined && (typeof type !== 'string' || !type.startsWith(earCwtType))) {
    throw new KitenError('trust/ear-type', 'This CWT says of itself that it is something else than an EAR.');
  }
  if (!holds(message, verify, publicKey)) {
    throw new KitenError('trust/ear-signature', 'The signature of this EAR does not verify under this key.');
  }
  const claims = parseEarCbor(readPayload(message));
  mustMeet(expectations, claims);
  return claims;
}

function decode(bytes: Uint8Array): Sign1 {
  if (bytes.length > maximumEarLength) {
    throw new KitenError('trust/ear-too-long', `An EAR of more than ${maximumEarLength} octets is not read.`);
  }
  return readable(() => {
    const tagged = decodeCbor(bytes, reading);
    const inner = tagged instanceof CborTag && tagged.tag === cwtTag ? encodeCbor(tagged.value) : bytes;
    return decodeSign1(inner, reading);
  });
}

const readPayload = ({ payload }: Sign1): CborValue =>
  readable(() => decodeCbor(payload ?? new Uint8Array(0), reading));

function algorithmOf(message: Sign1): AlgorithmName {
  return readable(() => sign1Algorithm(message));
}

function holds(message: Sign1, verify: Verify, publicKey: Uint8Array): boolean {
  try {
    return verifySign1(message, verify, publicKey, { understood: [typeLabel] });
  } catch (cause) {
    throw new KitenError('trust/ear-key', 'This EAR cannot be judged under this key.', { cause });
  }
}

function readable<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    throw new KitenError('trust/ear-malformed', 'An EAR in CBOR is a COSE_Sign1 over a map of claims.', {
      cause,
    });
  }
}
