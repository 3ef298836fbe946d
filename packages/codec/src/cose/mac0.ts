import { equalBytes } from '../bytes.ts';
import { type DecodeCborOptions, decodeCbor } from '../cbor/decode.ts';
import { encodeCbor } from '../cbor/encode.ts';
import { type CborMap, CborTag, type CborValue } from '../cbor/value.ts';
import { type ErrorCode, KitenError } from '../error.ts';
import { checkHeaders, coseHeader, criticalLabels, decodeProtected, encodeProtected } from './header.ts';

/** The CBOR tag of COSE_Mac0 (RFC 9052 §2, table 1). */
const mac0Tag = 17;
const nothing = new Uint8Array(0);

/** HMAC with SHA-2 and its whole output as the tag (RFC 9053 §3.1, table 4). */
const macAlgorithms = {
  HS256: { cose: 5, octets: 32 },
  HS384: { cose: 6, octets: 48 },
  HS512: { cose: 7, octets: 64 },
} as const;

export type MacName = keyof typeof macAlgorithms;

/** Computes the whole HMAC of `data` under `key`. Codec performs no cryptography: this is handed in. */
export type Mac = (algorithm: MacName, key: Uint8Array, data: Uint8Array) => Uint8Array;

/** What {@link encodeMac0} authenticates. */
export interface Mac0Fields {
  readonly algorithm: MacName;
  readonly unprotectedHeader?: CborMap;
  readonly payload: Uint8Array;
  /** Whether the payload is left out of the message, `nil` in its place. */
  readonly detached?: boolean;
}

/** A COSE_Mac0 message, well-formed; nothing is said about its tag yet. */
export interface Mac0 {
  readonly protectedHeader: CborMap;
  readonly unprotectedHeader: CborMap;
  /** null if the payload is detached. */
  readonly payload: Uint8Array | null;
  readonly tag: Uint8Array;
  /** The octets of the protected header as they are authenticated. */
  readonly protectedBytes: Uint8Array;
}

/** Authenticates a payload as COSE_Mac0, tag 17 (RFC 9052 §6.2, §6.3). */
export function encodeMac0(fields: Mac0Fields, mac: Mac, key: Uint8Array): Uint8Array {
  const { algorithm, unprotectedHeader = new Map(), payload, detached = false } = fields;
  const protectedHeader: CborMap = new Map([[coseHeader.algorithm, macAlgorithms[algorithm].cose]]);
  checkHeaders(protectedHeader, unprotectedHeader);
  const protectedBytes = encodeProtected(protectedHeader);
  const tag = mac(algorithm, key, toBeAuthenticated(protectedBytes, payload));
  return encodeCbor(
    new CborTag(mac0Tag, [protectedBytes, unprotectedHeader, detached ? null : payload, tag]),
  );
}

/**
 * Decodes a COSE_Mac0, tagged 17 or untagged (RFC 9052 §6.2), as strictly as `decodeSign1`.
 *
 * @throws KitenError `codec/cbor-…` or `codec/cose-…`.
 */
export function decodeMac0(bytes: Uint8Array, options: DecodeCborOptions = {}): Mac0 {
  const [protectedOctets, unprotectedHeader, payload, tag] = fourElements(decodeCbor(bytes, options));
  if (!(protectedOctets instanceof Uint8Array)) throw malformed('The protected header is no byte string.');
  if (!(unprotectedHeader instanceof Map)) throw malformed('The unprotected header is no map.');
  if (payload !== null && !(payload instanceof Uint8Array)) {
    throw malformed('The payload is neither a byte string nor null.');
  }
  if (!(tag instanceof Uint8Array)) throw malformed('The tag is no byte string.');
  const protectedHeader = decodeProtected(protectedOctets, options);
  checkHeaders(protectedHeader, unprotectedHeader);
  // An empty map is authenticated as if it had been left out (RFC 9052 §6.3).
  const protectedBytes = protectedHeader.size === 0 ? nothing : protectedOctets;
  return { protectedHeader, unprotectedHeader, payload, tag, protectedBytes };
}

/**
 * The algorithm that the protected header names.
 *
 * @throws KitenError `codec/cose-algorithm-missing` or `codec/cose-algorithm-unknown`.
 */
export function mac0Algorithm({ protectedHeader }: Mac0): MacName {
  const identifier = protectedHeader.get(coseHeader.algorithm);
  if (identifier === undefined) {
    throw refusal('codec/cose-algorithm-missing', 'The protected header names no algorithm.');
  }
  for (const [name, { cose }] of Object.entries(macAlgorithms)) {
    if (cose === identifier) return name as MacName;
  }
  throw refusal('codec/cose-algorithm-unknown', 'The protected header names no HMAC that is known here.');
}

/**
 * Whether the tag of a decoded COSE_Mac0 holds under a key (RFC 9052 §6.3).
 *
 * @param detachedPayload the payload of a message that carries none.
 * @returns false if, and only if, the tag doesn't hold. A message that can't be judged is an error:
 * @throws KitenError `codec/cose-algorithm-missing`, `codec/cose-algorithm-unknown`, `codec/cose-critical-unknown`,
 * `codec/cose-payload-missing` or `codec/cose-payload-ambiguous`.
 */
export function verifyMac0(message: Mac0, mac: Mac, key: Uint8Array, detachedPayload?: Uint8Array): boolean {
  const algorithm = mac0Algorithm(message);
  const understood: readonly CborValue[] = [
    coseHeader.algorithm,
    coseHeader.contentType,
    coseHeader.keyIdentifier,
  ];
  for (const label of criticalLabels(message.protectedHeader)) {
    if (understood.includes(label)) continue;
    throw refusal('codec/cose-critical-unknown', `The critical header parameter ${label} is not understood.`);
  }
  if (message.payload !== null && detachedPayload !== undefined) {
    throw refusal(
      'codec/cose-payload-ambiguous',
      'The message has a payload of its own besides the one given.',
    );
  }
  const payload = message.payload ?? detachedPayload;
  if (payload === undefined) {
    throw refusal('codec/cose-payload-missing', 'The payload is detached and not given.');
  }
  if (message.tag.length !== macAlgorithms[algorithm].octets) return false;
  return equalBytes(mac(algorithm, key, toBeAuthenticated(message.protectedBytes, payload)), message.tag);
}

/** MAC_structure (RFC 9052 §6.3). */
const toBeAuthenticated = (protectedBytes: Uint8Array, payload: Uint8Array): Uint8Array =>
  encodeCbor(['MAC0', protectedBytes, nothing, payload]);

function fourElements(value: CborValue): readonly [CborValue, CborValue, CborValue, CborValue] {
  let message = value;
  if (message instanceof CborTag) {
    if (message.tag !== mac0Tag) {
      throw refusal('codec/cose-tag', `The tag of COSE_Mac0 is ${mac0Tag}, not ${message.tag}.`);
    }
    message = message.value;
  }
  if (!Array.isArray(message) || message.length !== 4) throw malformed('COSE_Mac0 is an array of four.');
  return message as [CborValue, CborValue, CborValue, CborValue];
}

const malformed = (message: string) => refusal('codec/cose-malformed', message);

function refusal(code: ErrorCode, message: string): KitenError {
  return new KitenError(code, message);
}
