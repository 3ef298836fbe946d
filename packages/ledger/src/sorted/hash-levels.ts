import { hashBytes, nodeHashInto, sha256 } from '../tree/hashing.ts';
import { inclusionProof, type RangeHash } from '../tree/merkle.ts';

/** Where a leaf stands, and the hashes that lead from it to the root, lowest sibling first (RFC 9162 §2.1.3.1). */
export interface AuditPath {
  readonly index: number;
  /** 32 bytes each. */
  readonly path: readonly Uint8Array[];
}

/** An earlier tree whose leaves stand where they stood, except those from `start` up to but excluding `end`. */
export interface EarlierLevels {
  readonly levels: HashLevels;
  readonly start: number;
  readonly end: number;
}

/**
 * All hashes of a tree of RFC 9162 §2.1.1, 64 bytes a leaf: level 0 has the leaves, and number i of level k is the
 * root over leaves i·2^k up to (i+1)·2^k, as far as there are any. A node without a sibling rises as it is.
 */
export class HashLevels {
  readonly #levels: readonly Buffer[];

  /**
   * Hashes all nodes above the leaf hashes in `leaves`, which become this object's own, except those that `earlier`
   * has: such are copied.
   */
  constructor(leaves: Buffer, earlier?: EarlierLevels) {
    const levels = [leaves];
    let [start, end] = [earlier?.start ?? 0, earlier?.end ?? leaves.length / hashBytes];
    for (let below = leaves; below.length > hashBytes; below = levels.at(-1)!) {
      [start, end] = [Math.floor(start / 2), Math.ceil(end / 2)];
      const level = Buffer.allocUnsafe(Math.ceil(below.length / hashBytes / 2) * hashBytes);
      const known = earlier === undefined ? undefined : earlier.levels.#levels[levels.length];
      known?.subarray(0, start * hashBytes).copy(level);
      known?.subarray(end * hashBytes, level.length).copy(level, end * hashBytes);
      for (let index = start; index < end; index += 1) hashParent(below, level, index);
      levels.push(level);
    }
    this.#levels = levels;
  }

  get size(): number {
    return this.#levels[0]!.length / hashBytes;
  }

  /** Of no leaves, SHA-256 of nothing. */
  get root(): Uint8Array {
    return this.#range(0, this.size);
  }

  /** The leaf hashes, one after the other: only lent. */
  get leaves(): Buffer {
    return this.#levels[0]!;
  }

  /** The path of leaf `index`, which there is. */
  prove(index: number): AuditPath {
    return { index, path: inclusionProof(index, this.size, this.#range) };
  }

  /** For the ranges that are nodes of the tree; the proofs ask for no others. */
  readonly #range: RangeHash = (start, end) => {
    if (start === end) return new Uint8Array(sha256(new Uint8Array(0)));
    const level = 32 - Math.clz32(end - start - 1);
    const at = (start / 2 ** level) * hashBytes;
    return new Uint8Array(this.#levels[level]!.subarray(at, at + hashBytes));
  };
}

function hashParent(below: Buffer, level: Buffer, index: number): void {
  const left = 2 * index * hashBytes;
  const right = left + hashBytes;
  if (right < below.length) nodeHashInto(below, left, below, right, level, index * hashBytes);
  else below.copy(level, index * hashBytes, left, right);
}
