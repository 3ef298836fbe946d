import {
  type AlgorithmName,
  canonicalJson,
  decodeUtf8,
  encodeUtf8,
  fromBase64Url,
  KitenError,
  parseJsonStrict,
  publicKeyFits,
  type Signer,
  toBase64Url,
  type Verify,
} from '@kiten/codec';
import type { EarClaims } from './ear-claims.ts';
import { earToJson } from './ear-encode.ts';
import { parseEar } from './ear-parse.ts';
import { asObject, type JsonObject, member } from './json-shape.ts';

/** What whoever reads an EAR expects of it. */
export interface EarExpectations {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** The only issuer to accept. */
  readonly issuer?: string;
}

/** The longest EAR that is read at all, in characters. */
export const maximumEarLength = 64 * 1024;

/** How far the issuer's clock may be ahead of ours, in milliseconds. */
const clockSkew = 60_000;

/**
 * What others sign EARs with. We sign with ES256; PKCS #1 v1.5 and whatever needs a shared secret are left out (RFC 8725, 3.2).
 */
export const earAlgorithms: ReadonlySet<unknown> = new Set<AlgorithmName>([
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'PS256',
  'PS384',
  'PS512',
]);
export const earAlgorithmSentence = 'An EAR is accepted if it is signed with ECDSA, EdDSA or RSA-PSS.';
const types: ReadonlySet<unknown> = new Set([undefined, 'JWT', 'eat+jwt', 'application/eat+jwt']);

/**
 * Signs an EAR: a JWT in compact form (RFC 7519), ES256, typed `eat+jwt` (RFC 9782, RFC 8725 §3.11). The
 * same claims give the same text to sign (RFC 8785).
 *
 * @throws KitenError `trust/ear-algorithm` for a signer that is not ES256, and what `parseEar` throws for
 *   claims that we would not accept ourselves
 */
export function signEar(claims: EarClaims, signer: Signer, keyId?: string): string {
  if (signer.algorithm !== 'ES256') {
    throw new KitenError('trust/ear-algorithm', 'An EAR is signed with ES256.', {
      detail: { algorithm: signer.algorithm },
    });
  }
  const payload = earToJson(claims);
  parseEar(payload);
  const header = { alg: signer.algorithm, typ: 'eat+jwt', ...(keyId !== undefined && { kid: keyId }) };
  const signed = `${encodeJson(header)}.${encodeJson(payload)}`;
  return `${signed}.${toBase64Url(signer.sign(encodeUtf8(signed)))}`;
}

/**
 * Verifies an EAR and reads its claims. The signature comes first: nothing that is not signed is looked at,
 * except the header. The key has to be one for the algorithm that the header names.
 *
 * @param publicKey DER SubjectPublicKeyInfo.
 * @throws KitenError `trust/ear-too-long`, `-malformed`, `-algorithm`, `-critical-header`, `-type`, `-key`,
 *   `-signature`, `-expired`, `-not-yet-valid`, `-other-issuer`, and what `parseEar` throws
 */
export function verifyEar(
  jwt: string,
  verify: Verify,
  publicKey: Uint8Array,
  expectations: EarExpectations,
): EarClaims {
  const { header, payload, signed, signature } = splitCompact(jwt);
  const algorithm = algorithmOf(parseHeader(header));
  if (!publicKeyFits(algorithm, publicKey)) {
    throw new KitenError('trust/ear-key', 'The key is not one for the algorithm of this EAR.', {
      detail: { algorithm },
    });
  }
  if (!verify(algorithm, publicKey, encodeUtf8(signed), signature)) {
    throw new KitenError('trust/ear-signature', 'The signature of this EAR does not verify under this key.');
  }
  const claims = parseEar(decodeJson(payload));
  mustMeet(expectations, claims);
  return claims;
}

function splitCompact(jwt: string): {
  header: string;
  payload: string;
  signed: string;
  signature: Uint8Array;
} {
  if (jwt.length > maximumEarLength) {
    throw new KitenError(
      'trust/ear-too-long',
      `An EAR of more than ${maximumEarLength} characters is not read.`,
    );
  }
  const parts = jwt.split('.', 4);
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    throw new KitenError('trust/ear-malformed', 'An EAR is a JWT of three parts, separated by dots.');
  }
  return { header, payload, signed: `${header}.${payload}`, signature: readBase64Url(signature) };
}

function parseHeader(text: string): JsonObject {
  const header = asObject(decodeJson(text), 'trust/ear-malformed', 'The header of a JWT is a JSON object.');
  if (Object.hasOwn(header, 'crit')) {
    throw new KitenError(
      'trust/ear-critical-header',
      'The EAR asks for header parameters to be understood that we do not know.',
    );
  }
  if (!types.has(member(header, 'typ'))) {
    throw new KitenError('trust/ear-type', 'This JWT says of itself that it is something else than an EAR.', {
      detail: { typ: String(member(header, 'typ')).slice(0, 64) },
    });
  }
  return header;
}

function algorithmOf(header: JsonObject): AlgorithmName {
  const algorithm = member(header, 'alg');
  if (earAlgorithms.has(algorithm)) return algorithm as AlgorithmName;
  throw new KitenError('trust/ear-algorithm', earAlgorithmSentence, {
    detail: { algorithm: String(algorithm).slice(0, 32) },
  });
}

/** Whether an EAR counts now and is by whom it should be. */
export function mustMeet({ now, issuer }: EarExpectations, claims: EarClaims): void {
  if (claims.expiresAt !== undefined && now >= claims.expiresAt * 1000) {
    throw new KitenError('trust/ear-expired', 'This EAR has expired.', {
      detail: { expiresAt: claims.expiresAt },
    });
  }
  if (Math.max(claims.issuedAt, claims.notBefore ?? 0) * 1000 > now + clockSkew) {
    throw new KitenError(
      'trust/ear-not-yet-valid',
      'This EAR is from the future: it counts later, or one of the clocks is wrong.',
      {
        detail: { issuedAt: claims.issuedAt, notBefore: claims.notBefore },
      },
    );
  }
  if (issuer !== undefined && claims.issuer !== issuer) {
    throw new KitenError('trust/ear-other-issuer', 'This EAR was issued by someone else than expected.', {
      detail: { issuer: claims.issuer, expected: issuer },
    });
  }
}

function encodeJson(value: unknown): string {
  return toBase64Url(encodeUtf8(canonicalJson(value)));
}

function decodeJson(text: string): unknown {
  try {
    return parseJsonStrict(decodeUtf8(fromBase64Url(text)), { maxDepth: 16, maxBytes: maximumEarLength });
  } catch (cause) {
    throw malformed(cause);
  }
}

function readBase64Url(text: string): Uint8Array {
  try {
    return fromBase64Url(text);
  } catch (cause) {
    throw malformed(cause);
  }
}

function malformed(cause: unknown): KitenError {
  return new KitenError(
    'trust/ear-malformed',
    'The parts of an EAR are base64url, its header and payload strict JSON in UTF-8.',
    {
      cause,
    },
  );
}
