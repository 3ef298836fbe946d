import { type AlgorithmName, algorithmOf, algorithms, coseToAlgorithm } from '../algorithms.ts';
import { type DecodeCborOptions, decodeCbor } from '../cbor/decode.ts';
import { encodeCbor } from '../cbor/encode.ts';
import { type CborMap, CborTag, type CborValue } from '../cbor/value.ts';
import { type ErrorCode, KitenError } from '../error.ts';
import { publicKeyFits } from '../public-key.ts';
import type { Signer, Verify } from '../signer.ts';
import { checkHeaders, coseHeader, criticalLabels, decodeProtected, encodeProtected } from './header.ts';

/** The CBOR tag of COSE_Sign1 (RFC 9052 §2, table 1). */
const sign1Tag = 18;
const nothing = new Uint8Array(0);

/** What {@link encodeSign1} signs. */
export interface Sign1Fields {
  /** Integer and text labels; `alg` is added from the signer, and if it is there it has to be the signer's. */
  readonly protectedHeader: CborMap;
  readonly unprotectedHeader?: CborMap;
  readonly payload: Uint8Array;
  /** Signed along, not carried (RFC 9052 §4.3). */
  readonly externalAad?: Uint8Array;
  /** Whether the payload is left out of the message, `nil` in its place. */
  readonly detached?: boolean;
}

/** A COSE_Sign1 message, well-formed; nothing is said about its signature yet. */
export interface Sign1 {
  readonly protectedHeader: CborMap;
  readonly unprotectedHeader: CborMap;
  /** null if the payload is detached. */
  readonly payload: Uint8Array | null;
  readonly signature: Uint8Array;
  /** The octets of the protected header as they are signed. */
  readonly protectedBytes: Uint8Array;
}

/** What the recipient of a COSE_Sign1 knows besides the message. */
export interface VerifySign1Options {
  /** The payload of a message that carries none. */
  readonly payload?: Uint8Array;
  readonly externalAad?: Uint8Array;
  /** Labels that the caller processes, and that may therefore be critical, besides `alg`, `content type` and `kid`. */
  readonly understood?: readonly (number | bigint | string)[];
}

/**
 * Signs a payload as COSE_Sign1, tag 18 (RFC 9052 §4.2, §4.4).
 *
 * @throws KitenError `codec/cose-algorithm-mismatch` if the protected header names another algorithm than the
 * signer's, `codec/cose-…` for headers that {@link decodeSign1} would refuse, `codec/cbor-…` for values without
 * an encoding, `codec/cose-signature-length` if the signer yields a signature of the wrong length.
 */
export function encodeSign1(fields: Sign1Fields, signer: Signer): Uint8Array {
  const { unprotectedHeader = new Map(), payload, externalAad = nothing, detached = false } = fields;
  const protectedHeader = withAlgorithm(fields.protectedHeader, signer.algorithm);
  checkHeaders(protectedHeader, unprotectedHeader);
  const protectedBytes = encodeProtected(protectedHeader);
  const signature = signer.sign(toBeSigned(protectedBytes, externalAad, payload));
  if (!hasRightLength(signer.algorithm, signature)) {
    throw refusal(
      'codec/cose-signature-length',
      `The signer's ${signer.algorithm} signature has a wrong length.`,
    );
  }
  const content = detached ? null : payload;
  return encodeCbor(new CborTag(sign1Tag, [protectedBytes, unprotectedHeader, content, signature]));
}

/**
 * Decodes a COSE_Sign1, tagged 18 or untagged (RFC 9052 §4.2). `alg` and `crit` outside the protected header,
 * labels in both headers and a `crit` that lists what isn't there are refused.
 *
 * @param options the bounds of {@link decodeCbor}; `deterministic: false` for peers that sort no keys.
 * @throws KitenError `codec/cbor-…` or `codec/cose-…`.
 */
export function decodeSign1(bytes: Uint8Array, options: DecodeCborOptions = {}): Sign1 {
  const [protectedOctets, unprotectedHeader, payload, signature] = fourElements(decodeCbor(bytes, options));
  if (!(protectedOctets instanceof Uint8Array)) throw malformed('The protected header is no byte string.');
  if (!(unprotectedHeader instanceof Map)) throw malformed('The unprotected header is no map.');
  if (payload !== null && !(payload instanceof Uint8Array)) {
    throw malformed('The payload is neither a byte string nor null.');
  }
  if (!(signature instanceof Uint8Array)) throw malformed('The signature is no byte string.');
  const protectedHeader = decodeProtected(protectedOctets, options);
  checkHeaders(protectedHeader, unprotectedHeader);
  // An empty map is signed as if it had been left out (RFC 9052 §4.4).
  const protectedBytes = protectedHeader.size === 0 ? nothing : protectedOctets;
  return { protectedHeader, unprotectedHeader, payload, signature, protectedBytes };
}

/**
 * The algorithm that the protected header names.
 *
 * @throws KitenError `codec/cose-algorithm-missing` or `codec/cose-algorithm-unknown`.
 */
export function sign1Algorithm(message: Sign1): AlgorithmName {
  const identifier = message.protectedHeader.get(coseHeader.algorithm);
  if (identifier === undefined) {
    throw refusal('codec/cose-algorithm-missing', 'The protected header names no algorithm.');
  }
  const algorithm = coseToAlgorithm(identifier);
  if (algorithm === undefined) {
    throw refusal(
      'codec/cose-algorithm-unknown',
      'The protected header names no signature algorithm known here.',
    );
  }
  return algorithm;
}

/**
 * Whether the signature of a decoded COSE_Sign1 holds under a public key (RFC 9052 §4.4).
 *
 * @param publicKey DER SubjectPublicKeyInfo.
 * @returns false if, and only if, the signature doesn't hold. A message that can't be judged is an error:
 * @throws KitenError `codec/cose-algorithm-missing`, `codec/cose-algorithm-unknown`, `codec/cose-key-mismatch`
 * for a key of another algorithm, `codec/cose-critical-unknown` for a critical label that nobody understands,
 * `codec/cose-payload-missing` if the payload is detached and not given, `codec/cose-payload-ambiguous` if one
 * is given besides the message's own.
 */
export function verifySign1(
  message: Sign1,
  verify: Verify,
  publicKey: Uint8Array,
  options: VerifySign1Options = {},
): boolean {
  const algorithm = sign1Algorithm(message);
  if (!publicKeyFits(algorithm, publicKey)) {
    throw refusal('codec/cose-key-mismatch', `The public key is not one for ${algorithm}.`);
  }
  checkCritical(message.protectedHeader, options.understood ?? []);
  const signed = sign1ToBeSigned(message, options);
  if (!hasRightLength(algorithm, message.signature)) return false;
  return verify(algorithm, publicKey, signed, message.signature);
}

/**
 * The octets that the signature of a decoded COSE_Sign1 is over, the Sig_structure (RFC 9052 §4.4): for whoever
 * verifies it elsewhere, as with WebCrypto, which answers later. That algorithm and key fit and that critical labels
 * are understood is then theirs to see to; {@link verifySign1} does it all.
 *
 * @throws KitenError `codec/cose-payload-missing` or `codec/cose-payload-ambiguous`, as {@link verifySign1}.
 */
export function sign1ToBeSigned(
  message: Sign1,
  options: Pick<VerifySign1Options, 'payload' | 'externalAad'> = {},
): Uint8Array {
  const payload = thePayload(message.payload, options.payload);
  return toBeSigned(message.protectedBytes, options.externalAad ?? nothing, payload);
}

/** Sig_structure (RFC 9052 §4.4). */
function toBeSigned(protectedBytes: Uint8Array, externalAad: Uint8Array, payload: Uint8Array): Uint8Array {
  return encodeCbor(['Signature1', protectedBytes, externalAad, payload]);
}

function withAlgorithm(header: CborMap, algorithm: AlgorithmName): CborMap {
  const named = header.get(coseHeader.algorithm);
  if (named === undefined) return new Map([...header, [coseHeader.algorithm, algorithms[algorithm].cose]]);
  if (coseToAlgorithm(named) === algorithm) return header;
  throw refusal(
    'codec/cose-algorithm-mismatch',
    `The protected header names another algorithm than ${algorithm}.`,
  );
}

function fourElements(value: CborValue): readonly [CborValue, CborValue, CborValue, CborValue] {
  let message = value;
  if (message instanceof CborTag) {
    if (message.tag !== sign1Tag) {
      throw refusal('codec/cose-tag', `The tag of COSE_Sign1 is ${sign1Tag}, not ${message.tag}.`);
    }
    message = message.value;
  }
  if (!Array.isArray(message) || message.length !== 4) throw malformed('COSE_Sign1 is an array of four.');
  return message as [CborValue, CborValue, CborValue, CborValue];
}

function checkCritical(protectedHeader: CborMap, understood: readonly CborValue[]): void {
  const known: readonly CborValue[] = [
    coseHeader.algorithm,
    coseHeader.contentType,
    coseHeader.keyIdentifier,
    ...understood,
  ];
  for (const label of criticalLabels(protectedHeader)) {
    if (known.includes(label)) continue;
    throw refusal('codec/cose-critical-unknown', `The critical header parameter ${label} is not understood.`);
  }
}

function thePayload(carried: Uint8Array | null, given: Uint8Array | undefined): Uint8Array {
  if (carried !== null && given !== undefined) {
    throw refusal(
      'codec/cose-payload-ambiguous',
      'The message has a payload of its own besides the one given.',
    );
  }
  const payload = carried ?? given;
  if (payload === undefined)
    throw refusal('codec/cose-payload-missing', 'The payload is detached and not given.');
  return payload;
}

function hasRightLength(algorithm: AlgorithmName, signature: Uint8Array): boolean {
  const { signatureBytes } = algorithmOf(algorithm);
  return signatureBytes === undefined ? signature.length > 0 : signature.length === signatureBytes;
}

const malformed = (message: string) => refusal('codec/cose-malformed', message);

function refusal(code: ErrorCode, message: string): KitenError {
  return new KitenError(code, message);
}
