import {
  concatBytes,
  decodeUtf8,
  encodeUtf8,
  equalBytes,
  fromBase64,
  KitenError,
  type Signer,
  toBase64,
  type Verify,
} from '@kiten/codec';
import { keyIdBytes, keyIdOf, rawKeyOf } from './signature-kind.ts';

/** Bytes of the longest note that is read. */
export const maxNoteBytes = 65_536;
const maxSignatures = 64;

/** One signature line of a note. */
export interface NoteSignature {
  readonly name: string;
  /** 4 bytes; with the name, says which key signed. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A note taken apart (C2SP signed-note). Its text counts for nothing until a known key's signature verified. */
export interface SignedNote {
  /** With its final newline: what is signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Whether `name` may stand as a key's name: not empty, no space, no plus sign, no control character. */
export function isKeyName(name: string): boolean {
  return name.isWellFormed() && /^[^\s+\p{Cc}\p{Z}]+$/u.test(name);
}

/**
 * The key id of an Ed25519 key: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key)[:4] (C2SP signed-note, "Signature types").
 *
 * @throws KitenError `ledger/key-unsuitable` when the public key (SPKI, DER) isn't an Ed25519 key.
 */
export function noteKeyId(name: string, publicKey: Uint8Array): Uint8Array {
  const key = rawKeyOf('ed25519', publicKey);
  if (key === undefined) {
    throw new KitenError(
      'ledger/key-unsuitable',
      'The log signs with an Ed25519 key, and this is another kind.',
    );
  }
  return keyIdOf(name, 'ed25519', key);
}

/** The text with one signature of `signer` under `name`. `text` ends in a newline. */
export function signNote(text: string, name: string, signer: Signer): string {
  const signature = signer.sign(encodeUtf8(text));
  return formatNote({ text, signatures: [{ name, keyId: noteKeyId(name, signer.publicKey), signature }] });
}

/** The note as text; what {@link parseNote} took apart comes back as it was. */
export function formatNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map(signatureLine).join('')}`;
}

/** A signature line with its newline. */
export function signatureLine({ name, keyId, signature }: NoteSignature): string {
  return `— ${name} ${toBase64(concatBytes(keyId, signature))}\n`;
}

/**
 * Takes a note apart, strictly.
 *
 * @throws KitenError `ledger/note-malformed`, with `detail.offset`, for anything the format does not allow.
 */
export function parseNote(bytes: Uint8Array): SignedNote {
  if (bytes.length > maxNoteBytes) throw malformed(`is longer than ${maxNoteBytes} bytes`, 0);
  const note = noteText(bytes);
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw malformed('has no empty line between text and signatures', 0);
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2).split('\n');
  if (lines.pop() !== '') throw malformed('does not end in a newline', bytes.length - 1);
  if (lines.length === 0 || lines.length > maxSignatures) {
    throw malformed(`has ${lines.length} signatures instead of 1–${maxSignatures}`, split);
  }
  let offset = Buffer.byteLength(text) + 1;
  const signatures = lines.map((line) => {
    const signature = parseSignature(line, offset);
    offset += Buffer.byteLength(line) + 1;
    return signature;
  });
  return { text, signatures };
}

/**
 * Whether the key's own signature is on the note and holds. Signatures of other keys are ignored; a second one
 * under this key's name and id must hold too (C2SP signed-note, "Signatures").
 */
export function verifyNote(note: SignedNote, name: string, publicKey: Uint8Array, verify: Verify): boolean {
  const own = signaturesOf(note, { name, keyId: noteKeyId(name, publicKey) });
  const text = encodeUtf8(note.text);
  return own.length > 0 && own.every((line) => verify('EdDSA', publicKey, text, line.signature));
}

/** The lines under a key's name and id. Whether they hold is another question. */
export function signaturesOf(
  { signatures }: SignedNote,
  key: Pick<NoteSignature, 'name' | 'keyId'>,
): readonly NoteSignature[] {
  return signatures.filter((line) => line.name === key.name && equalBytes(line.keyId, key.keyId));
}

function noteText(bytes: Uint8Array): string {
  const control = bytes.findIndex((byte) => byte < 0x20 && byte !== 0x0a);
  if (control >= 0) throw malformed('has a control character', control);
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw malformed('is not well-formed UTF-8', 0, cause);
  }
}

function parseSignature(line: string, offset: number): NoteSignature {
  const [dash, name, encoded, ...rest] = line.split(' ');
  if (dash !== '—' || name === undefined || encoded === undefined || rest.length > 0 || !isKeyName(name)) {
    throw malformed('has a signature line of another form than "— name signature"', offset);
  }
  const bytes = signatureBytes(encoded, offset);
  return { name, keyId: bytes.subarray(0, keyIdBytes), signature: bytes.subarray(keyIdBytes) };
}

function signatureBytes(encoded: string, offset: number): Uint8Array {
  try {
    const bytes = fromBase64(encoded);
    if (bytes.length > keyIdBytes) return bytes;
  } catch (cause) {
    throw malformed('has a signature that is not canonical base64', offset, cause);
  }
  throw malformed('has a signature too short for its key id', offset);
}

function malformed(what: string, offset: number, cause?: unknown): KitenError {
  return new KitenError('ledger/note-malformed', `The signed note ${what}.`, { cause, detail: { offset } });
}
