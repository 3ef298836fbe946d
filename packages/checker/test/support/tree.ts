import { sha256 } from './keys.ts';

// Written from RFC 9162 §2.1.1 and §2.1.3.1 as they stand, by recursion; the checker's own way is §2.1.3.2.

export const leafHash = (entry: Uint8Array): Uint8Array => sha256(Uint8Array.of(0), entry);

/** MTH(D[n]) over leaf hashes. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  const split = splitOf(leaves.length);
  return sha256(Uint8Array.of(1), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** PATH(m, D[n]), the hashes one after the other. */
export function pathOf(index: number, leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return new Uint8Array(0);
  const split = splitOf(leaves.length);
  return index < split
    ? join(pathOf(index, leaves.slice(0, split)), rootOf(leaves.slice(split)))
    : join(pathOf(index - split, leaves.slice(split)), rootOf(leaves.slice(0, split)));
}

/** The largest power of two smaller than `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

const join = (left: Uint8Array, right: Uint8Array) => new Uint8Array(Buffer.concat([left, right]));
