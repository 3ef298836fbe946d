import { encodeUtf8, equalBytes, KitenError } from '@kiten/codec';
import { decodeTypedEntry, encodeTypedEntry } from '../entry/typed-entry.ts';
import { type Checkpoint, parseCheckpoint } from '../note/checkpoint.ts';

/** A checkpoint of a writer's log as the site's log has it. It counts for nothing until a signature verified. */
export interface WriterCheckpoint extends Checkpoint {
  /** The signed note. */
  readonly text: string;
}

const type = 'writer/checkpoint';
const names = ['origin', 'size', 'root', 'note'];

/**
 * The origin of a writer's log: that of the site's log, a slash, the writer's name.
 *
 * @throws KitenError `ledger/origin-unsuitable` for a name of other than 1 to 64 characters of `A-Z a-z 0-9 . _ -`.
 */
export function writerOrigin(siteOrigin: string, writer: string): string {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(writer)) return `${siteOrigin}/${writer}`;
  const message = 'A writer has a name of 1 to 64 letters, digits, dots, underscores and hyphens.';
  throw new KitenError('ledger/origin-unsuitable', message);
}

/**
 * A writer's checkpoint as an entry of the site's log. Origin, size and root stand beside the note, for readers that
 * don't read notes.
 *
 * @param text the signed note.
 * @throws KitenError `ledger/note-malformed`, `ledger/checkpoint-malformed`, `ledger/entry-too-large`.
 */
export function encodeWriterCheckpoint(text: string): Uint8Array {
  const { origin, size, root } = parseCheckpoint(encodeUtf8(text));
  return encodeTypedEntry(type, { origin, size, root, note: text });
}

/**
 * Reads what `encodeWriterCheckpoint` wrote, and nothing else: what stands beside the note is what the note says.
 *
 * @throws KitenError `ledger/entry-malformed`, `ledger/note-malformed`, `ledger/checkpoint-malformed`.
 */
export function decodeWriterCheckpoint(entry: Uint8Array): WriterCheckpoint {
  return decodeTypedEntry(entry, type, names, ({ origin, size, root, note }) => {
    if (typeof note !== 'string' || !(root instanceof Uint8Array)) return undefined;
    const checkpoint = parseCheckpoint(encodeUtf8(note));
    const isSame =
      checkpoint.origin === origin && checkpoint.size === size && equalBytes(checkpoint.root, root);
    return isSame ? { ...checkpoint, text: note } : undefined;
  });
}
