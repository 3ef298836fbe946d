import { encodeUtf8, KitenError } from '@kiten/codec';
import { verifyEd25519 } from '../ed25519.ts';
import { type Checkpoint, parseCheckpoint } from '../note/checkpoint.ts';
import { verifyNote } from '../note/signed-note.ts';

/** A log by what its checkpoints show. */
export interface LogIdentity {
  readonly origin: string;
  /** Ed25519 keys (SPKI, DER), one of which signed: the present one and, where wanted, earlier ones. */
  readonly publicKeys: readonly Uint8Array[];
}

/**
 * The checkpoint in a signed note, if it is of this log and signed by it.
 *
 * @throws KitenError `ledger/note-malformed`, `ledger/checkpoint-malformed`, `ledger/other-log`,
 * `ledger/checkpoint-forged`, `ledger/key-unsuitable`.
 */
export function readSignedCheckpoint(text: string, { origin, publicKeys }: LogIdentity): Checkpoint {
  const checkpoint = parseCheckpoint(encodeUtf8(text));
  if (checkpoint.origin !== origin) {
    throw new KitenError(
      'ledger/other-log',
      `The checkpoint is of the log ${checkpoint.origin}, not ${origin}.`,
    );
  }
  if (publicKeys.some((key) => verifyNote(checkpoint.note, origin, key, verifyEd25519))) return checkpoint;
  throw new KitenError(
    'ledger/checkpoint-forged',
    `The checkpoint is not signed with a key of the log ${origin}.`,
  );
}
