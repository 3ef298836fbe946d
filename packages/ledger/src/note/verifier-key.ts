import { concatBytes, encodeUtf8, fromBase64, KitenError, toBase64, toHex } from '@kiten/codec';
import {
  keyIdOf,
  publicKeyOf,
  rawKeyOf,
  type SignatureKind,
  signatureKinds,
  signatureType,
} from './signature-kind.ts';
import { isKeyName } from './signed-note.ts';

/** A key that a log or a witness signs notes with, under its name. Made by {@link verifierKey} or by parsing. */
export interface VerifierKey {
  readonly name: string;
  readonly kind: SignatureKind;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** 4 bytes; with the name, says on a signature line which key signed. */
  readonly keyId: Uint8Array;
}

/** Characters of the longest encoded key that is read: an ML-DSA-44 key takes 1752 and its name up to 255 bytes. */
const maxEncodedLength = 4096;
const maxNameBytes = 255;

/**
 * The key of a name.
 *
 * @param publicKey DER SubjectPublicKeyInfo.
 * @throws KitenError `ledger/key-unsuitable` when the key is of another kind, or the name empty, longer than
 * 255 bytes, or one with spaces, plus signs or control characters.
 */
export function verifierKey(name: string, kind: SignatureKind, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name) || encodeUtf8(name).length > maxNameBytes) {
    throw unsuitable('The name of a key has 1 to 255 bytes, without spaces and plus signs.');
  }
  const key = rawKeyOf(kind, publicKey);
  if (key === undefined) throw unsuitable(`This is no public key for ${kind}.`);
  return { name, kind, publicKey, keyId: keyIdOf(name, kind, key) };
}

/** The key as text, `name+id+base64(type ‖ key)`: a vkey (C2SP signed-note, "Verifier keys"). */
export function encodeVerifierKey({ name, kind, publicKey, keyId }: VerifierKey): string {
  const key = publicKey.subarray(-signatureType(kind).keyBytes);
  return `${name}+${toHex(keyId)}+${toBase64(concatBytes(Uint8Array.of(signatureType(kind).type), key))}`;
}

/**
 * The key of a vkey, in its one form: lower-case id, canonical base64, and the id that belongs to name and key.
 *
 * @throws KitenError `ledger/verifier-key-malformed`.
 */
export function parseVerifierKey(text: string): VerifierKey {
  if (text.length > maxEncodedLength) throw malformed(`is longer than ${maxEncodedLength} characters`);
  // The base64 may have plus signs of its own.
  const [, name, id, encoded] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) {
    throw malformed('has another form than "name+id+key"');
  }
  const key = knownKey(name, decoded(encoded));
  if (toHex(key.keyId) !== id) throw malformed('has an id that does not belong to its name and key');
  return key;
}

function knownKey(name: string, bytes: Uint8Array): VerifierKey {
  const kind = signatureKinds.find((each) => signatureType(each).type === bytes[0]);
  if (kind === undefined) throw malformed('is of a type that is not known here');
  if (bytes.length !== 1 + signatureType(kind).keyBytes) throw malformed('has a key of another length');
  try {
    return verifierKey(name, kind, publicKeyOf(kind, bytes.subarray(1)));
  } catch (cause) {
    throw malformed('has no name that a key may have', cause);
  }
}

function decoded(encoded: string): Uint8Array {
  try {
    return fromBase64(encoded);
  } catch (cause) {
    throw malformed('has a key that is not canonical base64', cause);
  }
}

function unsuitable(message: string): KitenError {
  return new KitenError('ledger/key-unsuitable', message);
}

function malformed(what: string, cause?: unknown): KitenError {
  return new KitenError('ledger/verifier-key-malformed', `The verifier key ${what}.`, { cause });
}
