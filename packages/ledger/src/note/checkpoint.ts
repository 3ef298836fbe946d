import { encodeUtf8, KitenError, type Signer, toBase64 } from '@kiten/codec';
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
  /** The lines after the root, whatever they mean. */
  readonly extensions: readonly string[];
  readonly note: SignedNote;
}

const maxExtensions = 16;
const maxExtensionBytes = 256;

/**
 * The text of a checkpoint, signed under the origin as the key's name, with up to 16 extension lines of 1–256 bytes.
 *
 * @throws KitenError `ledger/extension-unsuitable`.
 */
export function signCheckpoint(head: TreeHead, signer: Signer, extensions: readonly string[] = []): string {
  if (extensions.length > maxExtensions) {
    throw unsuitable(`A checkpoint has at most ${maxExtensions} extension lines, not ${extensions.length}.`);
  }
  if (!extensions.every(isExtension)) {
    throw unsuitable(`An extension line has 1–${maxExtensionBytes} bytes and no control characters.`);
  }
  const lines = [head.origin, head.size, toBase64(head.root), ...extensions];
  return signNote(lines.map((line) => `${line}\n`).join(''), head.origin, signer);
}

/**
 * Takes a checkpoint apart, strictly. How many extension lines there may be, and how long, is bounded by the note
 * alone: other logs may have more of them than ours.
 *
 * @throws KitenError `ledger/note-malformed` or `ledger/checkpoint-malformed`, with `detail.offset`.
 */
export function parseCheckpoint(bytes: Uint8Array): Checkpoint {
  const note = parseNote(bytes);
  const [origin = '', sizeLine = '', rootLine = '', ...extensions] = note.text.split('\n');
  if (origin === '') throw malformed('has no origin', 0);
  const size = decimalOf(sizeLine);
  // A lost line break before it would put the fault further up.
  if (size === undefined) throw malformed('has no tree size on its second line', 0);
  const rootAt = rootOffset({ origin, size });
  if (extensions.pop() !== '' || extensions.includes('')) {
    throw malformed('has an empty line', rootAt + rootLine.length);
  }
  const root = hashOf(rootLine);
  if (root === undefined) throw malformed('has a root hash that is not 32 bytes of canonical base64', rootAt);
  return { origin, size, root, extensions, note };
}

/** Where the root's line starts, in bytes. */
export function rootOffset({ origin, size }: Pick<TreeHead, 'origin' | 'size'>): number {
  return Buffer.byteLength(`${origin}\n${size}\n`);
}

function isExtension(line: string): boolean {
  if (line === '' || !line.isWellFormed() || /\p{Cc}/u.test(line)) return false;
  return encodeUtf8(line).length <= maxExtensionBytes;
}

function malformed(what: string, offset: number): KitenError {
  return new KitenError('ledger/checkpoint-malformed', `The checkpoint ${what}.`, { detail: { offset } });
}

function unsuitable(message: string): KitenError {
  return new KitenError('ledger/extension-unsuitable', message);
}
