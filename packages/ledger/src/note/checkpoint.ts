import { encodeUtf8, fromBase64, KitenError, type Signer, toBase64 } from '@kiten/codec';
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
  const [origin = '', size = '', root = '', ...extensions] = note.text.split('\n');
  if (origin === '') throw malformed('has no origin', 0);
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) {
    // A lost line break before it would put the fault further up.
    throw malformed('has no tree size on its second line', 0);
  }
  const rootAt = rootOffset({ origin, size: Number(size) });
  if (extensions.pop() !== '' || extensions.includes('')) {
    throw malformed('has an empty line', rootAt + root.length);
  }
  return { origin, size: Number(size), root: rootHash(root, rootAt), extensions, note };
}

/** Where the root's line starts, in bytes. */
export function rootOffset({ origin, size }: Pick<TreeHead, 'origin' | 'size'>): number {
  return Buffer.byteLength(`${origin}\n${size}\n`);
}

function isExtension(line: string): boolean {
  if (line === '' || !line.isWellFormed() || /\p{Cc}/u.test(line)) return false;
  return encodeUtf8(line).length <= maxExtensionBytes;
}

function rootHash(text: string, offset: number): Uint8Array {
  try {
    const root = fromBase64(text);
    if (root.length === 32) return root;
  } catch (cause) {
    throw malformed('has a root hash that is not canonical base64', offset, cause);
  }
  throw malformed('has a root hash of another length than 32 bytes', offset);
}

function malformed(what: string, offset: number, cause?: unknown): KitenError {
  return new KitenError('ledger/checkpoint-malformed', `The checkpoint ${what}.`, {
    cause,
    detail: { offset },
  });
}

function unsuitable(message: string): KitenError {
  return new KitenError('ledger/extension-unsuitable', message);
}
