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

/** What somebody says about something and signs: a manufacturer, a chip maker, a lab, another site. */
export interface Statement {
  /** Who says it: a URI or a name that the reader has a key for. */
  readonly issuer: string;
  /** What it is about: a device, a model, a lot, an artifact. */
  readonly subject: string;
  /** Media type of the payload. */
  readonly contentType: string;
  readonly payload: Uint8Array;
  /** When it was made, in whole seconds since the Unix epoch. */
  readonly issuedAt: number;
  /** From this second on it does not count any more. */
  readonly expiresAt?: number;
  /** Before this second it does not count yet. */
  readonly notBefore?: number;
  /** Names the issuer's key. */
  readonly keyId: Uint8Array;
}

/** What whoever reads a statement expects of it. */
export interface StatementExpectations {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** The largest statement that is read at all, in octets. */
export const maximumStatementBytes = 1024 * 1024;

/** Keys of CWT claims (RFC 8392 §3.1). */
const claim = { issuer: 1, subject: 2, expiresAt: 4, notBefore: 5, issuedAt: 6 } as const;

/** The first octet of a COSE_Sign1 with its tag, 18 (RFC 9052 §4.2). */
export const sign1Head = 0xd2;

const mediaType = /^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}( *; *[\x20-\x7e]{1,256})?$/;

/**
 * Signs a statement: a COSE_Sign1 with issuer and subject as CWT claims in the protected header, the form of
 * SCITT's signed statements (draft-ietf-scitt-architecture §6, RFC 9597).
 *
 * @throws KitenError `trust/statement-issuer`, `-subject`, `-content-type`, `-time`, `-key-id`, `-too-large`
 */
export function signStatement(statement: Statement, signer: Signer): Uint8Array {
  const { issuer, subject, contentType, payload, issuedAt, expiresAt, notBefore, keyId } =
    validate(statement);
  const claims = new Map<CborValue, CborValue>([
    [claim.issuer, issuer],
    [claim.subject, subject],
    [claim.issuedAt, issuedAt],
  ]);
  if (expiresAt !== undefined) claims.set(claim.expiresAt, expiresAt);
  if (notBefore !== undefined) claims.set(claim.notBefore, notBefore);
  const protectedHeader = new Map<CborValue, CborValue>([
    [coseHeader.contentType, contentType],
    [coseHeader.keyIdentifier, keyId],
    [coseHeader.cwtClaims, claims],
  ]);
  return mustFit(encodeSign1({ protectedHeader, payload }, signer));
}

/**
 * Reads a statement without verifying it, to find out whose key it needs. Nothing in the result is true yet.
 *
 * @throws KitenError `trust/statement-too-large`, `-malformed`, `-detached`, `-claims`, and what `signStatement` throws
 */
export function readUnverifiedStatement(bytes: Uint8Array): Statement {
  return decodeStatement(bytes).statement;
}

/** A statement that nobody verified, and the message that it is. */
export interface DecodedStatement {
  readonly message: Sign1;
  readonly statement: Statement;
}

/** Decodes a statement for whoever looks at its header, too. Throws what `readUnverifiedStatement` does. */
export function decodeStatement(bytes: Uint8Array): DecodedStatement {
  const message = decode(bytes);
  return { message, statement: toStatement(message) };
}

/**
 * Verifies a statement and reads it.
 *
 * @param publicKey DER SubjectPublicKeyInfo.
 * @throws KitenError `trust/statement-signature`, `-unverifiable`, `-expired`, `-not-yet-valid`, and what `readUnverifiedStatement` throws
 */
export function verifyStatement(
  bytes: Uint8Array,
  verify: Verify,
  publicKey: Uint8Array,
  { now }: StatementExpectations,
): Statement {
  const decoded = decode(bytes);
  if (!hasValidSignature(decoded, verify, publicKey)) {
    throw new KitenError(
      'trust/statement-signature',
      'The signature of this statement does not verify under this key.',
    );
  }
  const statement = toStatement(decoded);
  const { expiresAt, notBefore } = statement;
  if (expiresAt !== undefined && now >= expiresAt * 1000) {
    throw new KitenError('trust/statement-expired', 'This statement has expired.', { detail: { expiresAt } });
  }
  if (notBefore !== undefined && now < notBefore * 1000) {
    throw new KitenError('trust/statement-not-yet-valid', 'This statement does not count yet.', {
      detail: { notBefore },
    });
  }
  return statement;
}

type Message = Sign1 & { readonly payload: Uint8Array };

function decode(bytes: Uint8Array): Message {
  mustFit(bytes);
  const message = decodeTagged(bytes);
  const { payload } = message;
  if (payload !== null) return { ...message, payload };
  throw new KitenError(
    'trust/statement-detached',
    'A statement carries what it says: its payload is not detached.',
  );
}

function decodeTagged(bytes: Uint8Array): Sign1 {
  const sentence = 'A statement is a COSE_Sign1 in deterministic CBOR, under its tag.';
  // Without the tag it would be a second encoding of the same statement.
  if (bytes[0] !== sign1Head) throw new KitenError('trust/statement-malformed', sentence);
  try {
    return decodeSign1(bytes);
  } catch (cause) {
    throw new KitenError('trust/statement-malformed', sentence, { cause });
  }
}

function hasValidSignature(message: Message, verify: Verify, publicKey: Uint8Array): boolean {
  try {
    return verifySign1(message, verify, publicKey, { understood: [coseHeader.cwtClaims] });
  } catch (cause) {
    throw new KitenError('trust/statement-unverifiable', 'This statement cannot be judged under this key.', {
      cause,
    });
  }
}

function toStatement({ protectedHeader, payload }: Message): Statement {
  const claims = protectedHeader.get(coseHeader.cwtClaims);
  if (!(claims instanceof Map)) {
    throw new KitenError('trust/statement-claims', 'A statement has CWT claims in its protected header.');
  }
  const [expiresAt, notBefore] = [claims.get(claim.expiresAt), claims.get(claim.notBefore)];
  // Whether each is of the type it should be, `validate` finds.
  return validate({
    issuer: claims.get(claim.issuer) as string,
    subject: claims.get(claim.subject) as string,
    contentType: protectedHeader.get(coseHeader.contentType) as string,
    payload,
    issuedAt: claims.get(claim.issuedAt) as number,
    ...(claims.has(claim.expiresAt) && { expiresAt: expiresAt as number }),
    ...(claims.has(claim.notBefore) && { notBefore: notBefore as number }),
    keyId: protectedHeader.get(coseHeader.keyIdentifier) as Uint8Array,
  });
}

function validate(statement: Statement): Statement {
  const { issuer, subject, contentType, issuedAt, expiresAt, notBefore, keyId } = statement;
  if (!isName(issuer)) refuse('issuer', 'A statement names its issuer in 1 to 256 characters.');
  if (!isName(subject)) refuse('subject', 'A statement names its subject in 1 to 256 characters.');
  if (typeof contentType !== 'string' || !mediaType.test(contentType)) {
    refuse('content-type', 'A statement gives the media type of its payload.');
  }
  const times = [
    issuedAt,
    ...(expiresAt === undefined ? [] : [expiresAt]),
    ...(notBefore === undefined ? [] : [notBefore]),
  ];
  if (!times.every((time) => Number.isSafeInteger(time) && time >= 0)) {
    refuse('time', 'The times of a statement are whole seconds since 1970.');
  }
  if (!(keyId instanceof Uint8Array) || keyId.length === 0 || keyId.length > 64) {
    refuse('key-id', 'A statement names its key in 1 to 64 octets.');
  }
  return statement;
}

function isName(text: unknown): boolean {
  return (
    typeof text === 'string' &&
    text.length > 0 &&
    text.length <= 256 &&
    text.isWellFormed() &&
    !/\p{Cc}/u.test(text)
  );
}

function mustFit(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= maximumStatementBytes) return bytes;
  throw new KitenError(
    'trust/statement-too-large',
    `A statement takes at most ${maximumStatementBytes} octets.`,
  );
}

function refuse(problem: string, sentence: string): never {
  throw new KitenError(`trust/statement-${problem}`, sentence);
}
