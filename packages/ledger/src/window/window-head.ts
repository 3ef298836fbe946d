import { KitenError } from '@kiten/codec';
import { decodeTypedEntry, encodeTypedEntry, isHash, isWholeNumber } from '../entry/typed-entry.ts';

/** What is logged of a window, as one entry. */
export interface WindowHead {
  /** 1 to 128 characters without spaces and controls. */
  readonly stream: string;
  /** Milliseconds since the Unix epoch; who closes the window says from when to when it went. */
  readonly from: number;
  readonly to: number;
  /** How many items there are. */
  readonly count: number;
  /** Over the items' salted digests as leaves (RFC 9162 §2.1.1), 32 bytes. */
  readonly root: Uint8Array;
  /** Whether the limit on items ended it, and not the time. */
  readonly full: boolean;
}

const type = 'stream/window';
const names = ['stream', 'from', 'to', 'count', 'root', 'full'];

/** @throws KitenError `ledger/window-unsuitable`. */
export function encodeWindowEntry(head: WindowHead): Uint8Array {
  const { stream, from, to, count, root, full } = head;
  requireStream(stream);
  requireTimes(from, to);
  return encodeTypedEntry(type, { stream, from, to, count, root, full });
}

/**
 * Reads what `encodeWindowEntry` wrote, and nothing else.
 *
 * @throws KitenError `ledger/entry-malformed`.
 */
export function decodeWindowEntry(entry: Uint8Array): WindowHead {
  return decodeTypedEntry(entry, type, names, ({ stream, from, to, count, root, full }) => {
    if (typeof stream !== 'string' || !isStream(stream) || !isWholeNumber(count)) return undefined;
    if (!isWholeNumber(from) || !isWholeNumber(to) || from > to) return undefined;
    return isHash(root) && typeof full === 'boolean' ? { stream, from, to, count, root, full } : undefined;
  });
}

/** @throws KitenError `ledger/window-unsuitable`. */
export function requireStream(stream: string): void {
  if (!isStream(stream)) throw unsuitable('A stream has a name of 1 to 128 characters without spaces.');
}

/** @throws KitenError `ledger/window-unsuitable`. */
export function requireTimes(from: number, to: number): void {
  if (isWholeNumber(from) && isWholeNumber(to) && from <= to) return;
  throw unsuitable('A window goes from one time to a later one, in whole milliseconds since 1970.');
}

export function unsuitable(message: string): KitenError {
  return new KitenError('ledger/window-unsuitable', message);
}

function isStream(stream: string): boolean {
  return stream.isWellFormed() && /^[^\p{C}\p{Z}]{1,128}$/u.test(stream);
}
