import { compareBytes, concatBytes, encodeUtf8, equalBytes } from '@kiten/codec';
import type { AbsenceLeaf, Entry, PresenceLeaf } from './bundle.ts';
import type { Basis } from './proving.ts';
import { need } from './report.ts';
import { bytes } from './shape.ts';

/** A tree of RFC 9162 §2.1. */
export type Tree = Readonly<{ size: number; root: Uint8Array }>;

/** Whether an entry stands in a tree: its audit path leads to the root (RFC 9162 §2.1.3.2). */
export async function isIn({ size, root }: Tree, [index, entry, path]: Entry, { cryptography }: Basis) {
  if (index >= size) return false;
  const hashOf = (...parts: Uint8Array[]) => cryptography.sha256(concatBytes(...parts));
  let [hash, position, last] = [await hashOf(Uint8Array.of(0), entry), index, size - 1];
  for (let start = 0; start < path.length; start += 32) {
    if (last === 0) return false;
    const sibling = path.subarray(start, start + 32);
    const isRight = position % 2 === 1 || position === last;
    hash = await hashOf(Uint8Array.of(1), ...(isRight ? [sibling, hash] : [hash, sibling]));
    // The last node of a level may have no sibling there: it rises until it is a right child.
    while (isRight && position % 2 === 0 && position > 0) [position, last] = [half(position), half(last)];
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && equalBytes(hash, root);
}

/** Sizes go beyond 32 bits, where a shift would wrap. */
const half = (value: number): number => Math.floor(value / 2);

/** Requires that a mark is in the tree or, between two others, is not. */
export async function requireMark(
  leaf: AbsenceLeaf | PresenceLeaf,
  marks: Tree,
  basis: Basis,
): Promise<void> {
  const [, kind, value] = leaf;
  const mark = concatBytes(encodeUtf8(`${kind}:`), bytes(value) ? value : encodeUtf8(String(value)));
  const requireIn = async (entry: Entry) => {
    const isShown = await isIn(marks, entry, basis);
    need(isShown, 'marks-not-proven', 'The path of a mark does not lead to the root.');
  };
  if (leaf[0] === 3) {
    need(leaf[3] < marks.size, 'marks-malformed', 'The tree of marks has no such index.');
    return requireIn([leaf[3], mark, leaf[4]]);
  }
  const [, , , left, right] = leaf;
  const [after, before] = [left === null ? 0 : left[0] + 1, right === null ? marks.size : right[0]];
  const areNeighbours = after === before && (right === null || before < marks.size);
  need(areNeighbours, 'marks-malformed', 'There may be marks between the two that are shown.');
  const isAfter = left === null || compareBytes(left[1], mark) < 0;
  const isBefore = right === null || compareBytes(right[1], mark) > 0;
  need(isAfter && isBefore, 'marks-malformed', 'The mark would not stand between the two that are shown.');
  for (const neighbour of [left, right]) if (neighbour !== null) await requireIn(neighbour);
  const nothing = marks.size > 0 ? marks.root : await basis.cryptography.sha256(new Uint8Array(0));
  need(equalBytes(nothing, marks.root), 'marks-not-proven', 'There are no marks, and the root is of others.');
}
