import { encodeUtf8, KitenError } from '@kiten/codec';
import { verifySignature } from '../verify-signature.ts';
import type { Checkpoint } from './checkpoint.ts';
import { cosignedAt } from './cosignature.ts';
import { type NoteSignature, signaturesOf } from './signed-note.ts';
import type { VerifierKey } from './verifier-key.ts';

/** A log whose checkpoints can be judged. */
export interface KnownLog {
  readonly origin: string;
  /** Its keys, `ed25519` or `ml-dsa-44-cosignature`; several while it changes from one to the next. */
  readonly keys: readonly VerifierKey[];
}

/**
 * Refuses what cannot be a log's keys.
 *
 * @throws KitenError `ledger/key-unsuitable` when there is none, or one that only witnesses have.
 */
export function checkKnownLog({ origin, keys }: KnownLog): void {
  if (keys.length === 0) throw unsuitable(`The log ${origin} is known by no key.`);
  if (keys.some(({ kind }) => kind === 'ed25519-cosignature')) {
    throw unsuitable(`A key of the log ${origin} is one that only a witness has.`);
  }
}

/**
 * The log's own signatures on a checkpoint, if there are any and all hold: a line under the name and id of one of
 * its keys that fails spoils the note (C2SP signed-note, "Signatures"). Lines of other keys are ignored.
 *
 * ML-DSA-44 signs the first three lines only. A checkpoint with more of them is not taken as the log's on such a
 * signature: anybody could have added them.
 *
 * @throws KitenError `ledger/key-unsuitable` as {@link checkKnownLog}.
 */
export function logSignatures(checkpoint: Checkpoint, log: KnownLog): readonly NoteSignature[] {
  checkKnownLog(log);
  if (checkpoint.origin !== log.origin) return [];
  const signatures = new Set<NoteSignature>();
  for (const key of log.keys) {
    for (const line of signaturesOf(checkpoint.note, key)) {
      if (!holds(checkpoint, key, line)) return [];
      signatures.add(line);
    }
  }
  return [...signatures];
}

/** Whether the log signed the checkpoint: see {@link logSignatures}. */
export function isSignedByLog(checkpoint: Checkpoint, log: KnownLog): boolean {
  return logSignatures(checkpoint, log).length > 0;
}

function holds(checkpoint: Checkpoint, key: VerifierKey, line: NoteSignature): boolean {
  const { text } = checkpoint.note;
  if (key.kind === 'ed25519') {
    return verifySignature('EdDSA', key.publicKey, encodeUtf8(text), line.signature);
  }
  return !hasExtensionLines(text) && cosignedAt(checkpoint, key, line) !== undefined;
}

function hasExtensionLines(text: string): boolean {
  return text.split('\n', 5).length > 4;
}

function unsuitable(message: string): KitenError {
  return new KitenError('ledger/key-unsuitable', message);
}
