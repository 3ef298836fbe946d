import { equalBytes } from '@kiten/codec';
import { nodeHash, sha256 } from './hashing.ts';

/** The Merkle tree hash of the leaves from `start` up to but excluding `end`: MTH(D[start:end]) of RFC 9162 §2.1.1. */
export type RangeHash = (start: number, end: number) => Uint8Array;

/** Range hashes over leaf hashes held in memory. Other sources (tiles) may stand in its place. */
export function rangeHashOf(leafHashes: readonly Uint8Array[]): RangeHash {
  const range: RangeHash = (start, end) => {
    if (end === start) return sha256(new Uint8Array(0));
    if (end - start === 1) return leafHashes[start]!;
    const split = start + splitPoint(end - start);
    return nodeHash(range(start, split), range(split, end));
  };
  return range;
}

/** The root over leaf hashes; of none, SHA-256 of nothing (RFC 9162 §2.1.1). */
export function merkleRoot(leafHashes: readonly Uint8Array[]): Uint8Array {
  return rangeHashOf(leafHashes)(0, leafHashes.length);
}

/** The audit path for leaf `index` in the tree of `size` leaves, lowest sibling first (RFC 9162 §2.1.3.1). */
export function inclusionProof(index: number, size: number, range: RangeHash): Uint8Array[] {
  const path: Uint8Array[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const split = start + splitPoint(end - start);
    if (index < split) {
      path.push(range(split, end));
      end = split;
    } else {
      path.push(range(start, split));
      start = split;
    }
  }
  return path.reverse();
}

/** Proof that the tree of `from` leaves is a prefix of the tree of `to` leaves, 0 < from ≤ to (RFC 9162 §2.1.4.1). */
export function consistencyProof(from: number, to: number, range: RangeHash): Uint8Array[] {
  const path: Uint8Array[] = [];
  let [start, end, old] = [0, to, from];
  while (old !== end) {
    const split = start + splitPoint(end - start);
    if (old <= split) {
      path.push(range(split, end));
      end = split;
    } else {
      path.push(range(start, split));
      start = split;
    }
  }
  // The old tree's own root is what the verifier has already, unless it is only a part of the old tree.
  if (start !== 0) path.push(range(start, end));
  return path.reverse();
}

/** Whether `proof` shows that the leaf hash stands at `index` in the tree of `size` with `root` (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size) return false;
  let [position, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && equalBytes(hash, root);
}

/** Whether `proof` shows that the tree `fromRoot` of `from` leaves is a prefix of `toRoot` of `to` (RFC 9162 §2.1.4.2). */
export function verifyConsistency(
  from: number,
  to: number,
  fromRoot: Uint8Array,
  toRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(from) || !isSize(to) || from > to || from === 0) return false;
  if (from === to) return proof.length === 0 && equalBytes(fromRoot, toRoot);
  let [position, last] = [from - 1, to - 1];
  while (position % 2 === 1) [position, last] = [half(position), half(last)];
  // A perfect old tree is itself the first node of the path and isn't repeated in the proof.
  const path = position === 0 ? [fromRoot, ...proof] : proof;
  const first = path[0];
  if (first === undefined) return false;
  let [oldHash, newHash] = [first, first];
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && equalBytes(oldHash, fromRoot) && equalBytes(newHash, toRoot);
}

/** The largest power of two smaller than `size`, for size ≥ 2. */
export function splitPoint(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

// Sizes go beyond 32 bits, where the bitwise operators would wrap.
function half(value: number): number {
  return Math.floor(value / 2);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
