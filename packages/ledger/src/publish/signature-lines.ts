import { encodeUtf8, equalBytes, KitenError, toBase64, toHex } from '@kiten/codec';
import { type NoteSignature, noteKeyId, parseNote } from '../note/signed-note.ts';

/** What a checkpoint says, without its signatures. A text that has none is taken as it is. */
export function noteTextOf(checkpoint: string): string {
  const end = checkpoint.indexOf('\n\n');
  return end < 0 ? checkpoint : checkpoint.slice(0, end + 1);
}

/** The signature lines of a checkpoint. */
export function signatureLinesOf(checkpoint: string): string[] {
  const start = noteTextOf(checkpoint).length + 1;
  return checkpoint.slice(start).split('\n').slice(0, -1);
}

/** The key whose signature makes a checkpoint the log's. */
export interface LogKey {
  readonly origin: string;
  /** SPKI, DER. */
  readonly publicKey: Uint8Array;
}

/**
 * A checkpoint with further signature lines. Of one key the last line counts, because a cosignature has a time. Lines
 * under the log's own key are left out: one that didn't hold would make the checkpoint a forged one.
 *
 * @throws KitenError `ledger/note-malformed` for lines that are none, or too many of them.
 */
export function withSignatures(checkpoint: string, lines: readonly string[], log: LogKey): string {
  if (lines.length === 0) return checkpoint;
  const text = noteTextOf(checkpoint);
  const added = parseNote(encodeUtf8(assembled(text, lines)));
  if (added.text !== text) {
    throw new KitenError(
      'ledger/note-malformed',
      'The signed note would have another text with these lines.',
    );
  }
  const keyId = noteKeyId(log.origin, log.publicKey);
  const isOwn = ({ name, keyId: id }: NoteSignature) => name === log.origin && equalBytes(id, keyId);
  const all = [
    ...parseNote(encodeUtf8(checkpoint)).signatures,
    ...added.signatures.filter((line) => !isOwn(line)),
  ];
  const byKey = new Map(all.map((line) => [`${line.name} ${toHex(line.keyId)}`, lineOf(line)]));
  const note = assembled(text, [...byKey.values()]);
  parseNote(encodeUtf8(note));
  return note;
}

function assembled(text: string, lines: readonly string[]): string {
  return `${text}\n${lines.map((line) => `${line}\n`).join('')}`;
}

function lineOf({ name, keyId, signature }: NoteSignature): string {
  return `— ${name} ${toBase64(Buffer.concat([keyId, signature]))}`;
}
