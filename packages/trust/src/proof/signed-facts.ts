import { coseHeader, coseToAlgorithm, KitenError, type Sha256, type Sign1, type Signer } from '@kiten/codec';
import { type DecodedStatement, decodeStatement, type Statement, signStatement } from '../statement.ts';
import { decodeFacts, encodeFacts } from './facts.ts';
import type { Atom } from './term.ts';

/** Media type of a statement's payload that is an array of atoms. */
export const factsMediaType = 'application/vnd.kiten.facts+cbor';

/** The largest statement of facts, in bytes: the largest entry that the log takes. */
export const maximumSignedFactsBytes = 4096;

/** Facts to be signed. */
export interface FactsFields extends Pick<Statement, 'issuer' | 'subject' | 'issuedAt' | 'keyId'> {
  /** From this second on the statement does not count any more. */
  readonly expiresAt?: number;
  readonly facts: readonly Atom[];
}

/** What a statement of facts says, and who says it. */
export interface StatedFacts extends Omit<Statement, 'payload' | 'contentType'> {
  readonly facts: readonly Atom[];
}

/** A statement of facts as derivations take it. */
export interface SignedFacts extends StatedFacts {
  /** The statement itself, as it is signed and logged. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the statement: what marks and other statements name it by. */
  readonly digest: Uint8Array;
  /** What each fact yields in a proof: `says`, the key, the digest, then the fact. */
  readonly says: readonly SaidAtom[];
}

/** Longer by three terms than the fact in it. */
export type SaidAtom = readonly ['says', keyId: Uint8Array, statement: Uint8Array, ...fact: Atom];

/**
 * Signs facts as a statement (docs/verdict-bundle.md, Statements).
 *
 * @param fields with the times in whole seconds since the Unix epoch and the SHA-256 of the signer's
 *   SubjectPublicKeyInfo as `keyId`.
 * @throws KitenError `trust/statement-key-id`, `trust/statement-too-large`, and what `encodeFacts` and
 *   `signStatement` throw
 */
export function signFacts(fields: FactsFields, signer: Signer): Uint8Array {
  const { facts, ...statement } = fields;
  mustBeKeyId(statement.keyId);
  const payload = encodeFacts(facts);
  return mustFit(signStatement({ ...statement, contentType: factsMediaType, payload }, signer));
}

/**
 * Reads a statement of facts without verifying it. What it says is not true yet, but if it is, it can stand in a bundle.
 *
 * @throws KitenError `trust/statement-content-type`, `-key-id`, `-header`, `-too-large`, and what
 *   `readUnverifiedStatement` and `decodeFacts` throw
 */
export function readUnverifiedFacts(bytes: Uint8Array, sha256: Sha256): SignedFacts {
  const stated = decodeStatedFacts(bytes);
  const { facts, keyId } = stated;
  const digest = sha256(bytes);
  return { ...stated, bytes, digest, says: facts.map((fact): SaidAtom => ['says', keyId, digest, ...fact]) };
}

/** What a statement of facts says. Throws what `readUnverifiedFacts` does. */
export function decodeStatedFacts(bytes: Uint8Array): StatedFacts {
  return statedFactsOf(decodeStatement(mustFit(bytes)));
}

/** The same, of a statement that was decoded already. */
export function statedFactsOf({ message, statement }: DecodedStatement): StatedFacts {
  const { payload, contentType, ...who } = statement;
  if (contentType !== factsMediaType) {
    throw new KitenError(
      'trust/statement-content-type',
      `The payload of a statement of facts is ${factsMediaType}.`,
    );
  }
  mustBeKeyId(who.keyId);
  mustBePlain(message);
  return { ...who, facts: decodeFacts(payload) };
}

/** What the protected header holds, and nothing else, so that nothing is signed that a checker would not look at. */
const headerLabels: ReadonlySet<unknown> = new Set([
  coseHeader.algorithm,
  coseHeader.contentType,
  coseHeader.keyIdentifier,
  coseHeader.cwtClaims,
]);

/** `iss`, `sub`, `exp`, `nbf` and `iat` (RFC 8392 §4). */
const claimLabels: ReadonlySet<unknown> = new Set([1, 2, 4, 5, 6]);

function mustBePlain(message: Sign1): void {
  const { protectedHeader, unprotectedHeader } = message;
  const claims = protectedHeader.get(coseHeader.cwtClaims) as ReadonlyMap<unknown, unknown>;
  const holds =
    unprotectedHeader.size === 0 &&
    coseToAlgorithm(protectedHeader.get(coseHeader.algorithm)) !== undefined &&
    [...protectedHeader.keys()].every((label) => headerLabels.has(label)) &&
    [...claims.keys()].every((label) => claimLabels.has(label));
  if (holds) return;
  throw new KitenError(
    'trust/statement-header',
    'A statement of facts names its algorithm, and has no header parameters and claims but those defined for it.',
  );
}

function mustBeKeyId(keyId: Uint8Array): void {
  if (keyId instanceof Uint8Array && keyId.length === 32) return;
  throw new KitenError('trust/statement-key-id', 'A statement of facts names its key by the SHA-256 of it.');
}

function mustFit(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= maximumSignedFactsBytes) return bytes;
  throw new KitenError(
    'trust/statement-too-large',
    `A statement of facts takes at most ${maximumSignedFactsBytes} bytes.`,
    { detail: { bytes: bytes.length } },
  );
}
