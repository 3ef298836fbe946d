import { compareBytes, equalBytes } from '@kiten/codec';
import { leafHash } from '../tree/hashing.ts';
import { merkleRoot, verifyInclusion } from '../tree/merkle.ts';
import type { AuditPath } from './hash-levels.ts';
import { isSortedItem } from './sorted-item.ts';

/** A sorted tree in short: what a proof is judged against. Take both from one signed place. */
export interface SortedTreeHead {
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** An item of the tree with its place and path. */
export interface Neighbour extends AuditPath {
  readonly item: Uint8Array;
}

/**
 * The two items between which an absent one would stand, side by side in the tree. Before the first item there is
 * only `after`, behind the last only `before`, in an empty tree neither.
 */
export interface AbsenceProof {
  readonly before?: Neighbour;
  readonly after?: Neighbour;
}

/** Whether `proof` shows that `item` is in the tree with this head. */
export function verifyPresence(
  item: Uint8Array,
  { index, path }: AuditPath,
  { size, root }: SortedTreeHead,
): boolean {
  return isSortedItem(item) && verifyInclusion(leafHash(item), index, size, path, root);
}

/**
 * Whether `proof` shows that `item` is not in the tree with this head. That the tree is sorted is what its maker
 * vouches for; whoever has all items can check it by making the tree.
 */
export function verifyAbsence(item: Uint8Array, proof: AbsenceProof, head: SortedTreeHead): boolean {
  const { before, after } = proof;
  const place = before === undefined ? 0 : before.index + 1;
  if (!isSortedItem(item) || place !== (after === undefined ? head.size : after.index)) return false;
  if (before === undefined && after === undefined) return equalBytes(head.root, merkleRoot([]));
  return (
    (before === undefined || (compareBytes(before.item, item) < 0 && isIn(before, head))) &&
    (after === undefined || (compareBytes(item, after.item) < 0 && isIn(after, head)))
  );
}

function isIn(neighbour: Neighbour, head: SortedTreeHead): boolean {
  return verifyPresence(neighbour.item, neighbour, head);
}
