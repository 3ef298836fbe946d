import * as codec from '@kiten/codec';
import type { StatementLeaf } from './bundle.ts';
import { type Basis, clockSkew, once, requireSignature } from './proving.ts';
import { need, Refusal } from './report.ts';
import * as is from './shape.ts';
import { isIn, type Tree } from './tree.ts';

type Keys = ReadonlyMap<string, Uint8Array>;
const malformed = 'statement-malformed';
const contentType = 'application/vnd.kiten.facts+cbor';
const map = is.shape<ReadonlyMap<unknown, unknown>>((value) => value instanceof Map);
/** How many parameters; algorithm, content type, key id and CWT claims. */
const headerShape = is.tuple(is.one(4), is.integer, is.one(contentType), is.hash, map);
/** Issuer, subject, issued at, expires at, not before: their keys are in RFC 8392 §3.1. */
const claimKeys = [1, 2, 6, 4, 5];
const claimsShape = is.tuple(is.text, is.text, is.natural, is.optional(is.natural), is.optional(is.natural));
const payloadShape = is.list(is.atom, 1, 128);

/** Judges a statement: its form, its signature under one of the keys, its times, its place in the log. */
export async function checkStatement(leaf: StatementLeaf, keys: Keys, log: Tree, basis: Basis) {
  const [, index, path, bytes] = leaf;
  const { message, header, claims, atoms } = readStatement(bytes);
  const [, identifier, , keyId] = header;
  const [key, algorithm] = [keys.get(codec.toHex(keyId)), codec.coseToAlgorithm(identifier)];
  need(key, 'key-missing', 'The key of the statement is not among the keys of the bundle.');
  const fits = algorithm !== undefined && codec.publicKeyFits(algorithm, key);
  need(fits, 'key-unsuitable', 'The algorithm of the statement does not fit its key.');
  const hash = await basis.cryptography.sha256(bytes);
  await once(['signed', key, hash], basis, () => {
    const signed = codec.sign1ToBeSigned(message);
    return requireSignature([algorithm, key, signed, message.signature], 'statement-signature', basis);
  });
  const [issuer, subject, issued, expires = Number.POSITIVE_INFINITY, notBefore = 0] = claims;
  const [issuedAt, expiresAt] = [issued * 1000, Math.min(expires * 1000, Number.MAX_SAFE_INTEGER)];
  const isPast = Math.max(issuedAt, notBefore * 1000) <= basis.now + clockSkew;
  need(isPast, 'statement-from-the-future', 'The statement is from the future.');
  need(basis.now < expiresAt, 'statement-expired', 'The statement has expired.');
  await once(['logged', log.size, log.root, index, path, hash], basis, async () => {
    const isLogged = await isIn(log, [index, bytes, path], basis);
    need(isLogged, 'statement-not-logged', "The path does not lead to the log's root.");
  });
  return { keyId, hash, issuer, subject, issuedAt, expiresAt, atoms };
}

/** Takes a statement apart, strictly: there is nothing but what must be and may be there. */
function readStatement(bytes: Uint8Array) {
  // The tag of COSE_Sign1, which the decoder would do without.
  need(bytes[0] === 0xd2, malformed, 'A statement is a COSE_Sign1 under its tag.');
  const message = codec.attempt(() => codec.decodeSign1(bytes, { maxDepth: 3, maxBytes: 4096 }));
  if (message instanceof codec.KitenError) throw new Refusal(malformed, message.message);
  const { protectedHeader, unprotectedHeader, payload } = message;
  need(unprotectedHeader.size === 0 && payload, malformed, 'There is an unprotected header, or no payload.');
  const header: unknown = [protectedHeader.size, ...[1, 3, 4, 15].map((label) => protectedHeader.get(label))];
  need(headerShape(header), malformed, `The protected header is not that of ${contentType}.`);
  const claims: unknown[] = claimKeys.map((key) => header[4].get(key));
  const isWhole = claims.filter((claim) => claim !== undefined).length === header[4].size;
  need(isWhole && claimsShape(claims), malformed, 'The claims are not those of a statement.');
  const atoms = codec.attempt(() => codec.decodeCbor(payload, { maxDepth: 2 }));
  need(payloadShape(atoms), malformed, 'The payload is no array of 1–128 atoms.');
  return { message, header, claims, atoms };
}
