import { concatBytes, encodeUtf8 } from '@kiten/codec';
import { type Atom, atomLimits } from './term.ts';

/**
 * What a mark withdraws: a subject (revoked), a key by its id (what it signs no longer counts), or a statement by its
 * digest (withdrawn, or replaced).
 */
export type Mark =
  | { readonly kind: 'subject'; readonly value: string }
  | { readonly kind: 'key' | 'statement'; readonly value: Uint8Array };

/** The longest mark, in bytes: the longest kind, a colon, the longest text. */
export const maximumMarkBytes = 'statement:'.length + atomLimits.textBytes;

/** The mark as it stands in the tree of marks: the kind, a colon, and the value (docs/verdict-bundle.md, Marks). */
export function markBytes({ kind, value }: Mark): Uint8Array {
  const rest = typeof value === 'string' ? encodeUtf8(value) : value;
  return concatBytes(encodeUtf8(`${kind}:`), rest);
}

/** The mark of a kind and a value; undefined if there is no such mark. */
export function readMark(kind: unknown, value: unknown): Mark | undefined {
  if (kind === 'subject') return typeof value === 'string' ? { kind, value } : undefined;
  const names =
    (kind === 'key' || kind === 'statement') && value instanceof Uint8Array && value.length === 32;
  return names ? { kind, value } : undefined;
}

/** What an `absent` or `present` atom is about. */
export function markOf([, kind, value, ...more]: Atom): Mark | undefined {
  return more.length === 0 ? readMark(kind, value) : undefined;
}
