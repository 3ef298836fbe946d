import { KitenError, type Signer, toBase64 } from '@kiten/codec';
import { decimalOf, hashOf } from './lines.ts';
import { parseNote, type SignedNote, signNote } from './signed-note.ts';

/** A tree head: which log, how many leaves, which root (C2SP tlog-checkpoint). */
export interface TreeHead {
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** A checkpoint taken apart. Its head counts for nothing until a signature on `note` verified. */
export interface Checkpoint extends TreeHead {
  readonly note: SignedNote;
}

/** The text of a checkpoint, signed under the origin as the key's name. */
export function signCheckpoint(head: TreeHead, signer: Signer): string {
  return signNote(`${head.origin}\n${head.size}\n${toBase64(head.root)}\n`, head.origin, signer);
}

/**
 * Takes a checkpoint apart, strictly. Extension lines are allowed and ignored.
 *
 * @throws KitenError `ledger/note-malformed` or `ledger/checkpoint-malformed`, with `detail.offset`.
 */
export function parseCheckpoint(bytes: Uint8Array): Checkpoint {
  const note = parseNote(bytes);
  const [origin = '', sizeLine = '', rootLine = '', ...rest] = note.text.split('\n');
  if (origin === '') throw malformed('has no origin', 0);
  const size = decimalOf(sizeLine);
  // A lost line break before it would put the fault further up.
  if (size === undefined) throw malformed('has no tree size on its second line', 0);
  const rootAt = rootOffset({ origin, size });
  if (rest.pop() !== '' || rest.includes('')) throw malformed('has an empty line', rootAt + rootLine.length);
  const root = hashOf(rootLine);
  if (root === undefined) throw malformed('has a root hash that is not 32 bytes of canonical base64', rootAt);
  return { origin, size, root, note };
}

/** Where the root's line starts, in bytes. */
export function rootOffset({ origin, size }: Pick<TreeHead, 'origin' | 'size'>): number {
  return Buffer.byteLength(`${origin}\n${size}\n`);
}

function malformed(what: string, offset: number): KitenError {
  return new KitenError('ledger/checkpoint-malformed', `The checkpoint ${what}.`, { detail: { offset } });
}
