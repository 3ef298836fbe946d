import { hashBytes, nodeHashInto, sha256, sha256Into } from './hashing.ts';
import { partialTiles, type TileShape, tileWidth } from './tile-path.ts';

const tileBytes = tileWidth * hashBytes;
const pairBytes = 1 + 2 * hashBytes;
/** The inputs of 128 node hashes, one behind the other: 0x01 ‖ left ‖ right. A hash is written where the next needs it. */
const pairs = Buffer.alloc((tileWidth / 2) * pairBytes);
const pairInputs = Array.from({ length: tileWidth / 2 }, (_, pair) => {
  pairs[pair * pairBytes] = 1;
  return pairs.subarray(pair * pairBytes, (pair + 1) * pairBytes);
});

/** A tile with its bytes, which are only lent: they change with the next leaf. */
export interface Tile extends TileShape {
  readonly bytes: Buffer;
}

/**
 * The right edge of the tree: at each level the hashes of the tile that isn't full yet. It is all that is needed
 * to go on, a few kilobytes whatever the size of the log.
 */
export class TileEdge {
  #size = 0;
  readonly #levels: Buffer[] = [];

  /** The edge of a tree of `size` leaves from its partial tiles; those are taken on trust until `root` is compared. */
  static restore(size: number, partial: (shape: TileShape) => Uint8Array): TileEdge {
    const edge = new TileEdge();
    edge.#size = size;
    for (const shape of partialTiles(size)) edge.#level(shape.level).set(partial(shape));
    return edge;
  }

  /** Leaves in the tree. */
  get size(): number {
    return this.#size;
  }

  /** A copy that grows on its own. */
  clone(): TileEdge {
    return TileEdge.restore(this.#size, ({ level, width }) =>
      this.#level(level).subarray(0, width * hashBytes),
    );
  }

  /**
   * Adds the `count` leaf hashes from `leaves[at]` on, no more than the tile of level 0 has room for; `onFull` sees each
   * tile that this completes, lowest first.
   */
  add(leaves: Buffer, at: number, onFull: (tile: Tile) => void, count = 1): void {
    leaves.copy(this.#level(0), (this.#size % tileWidth) * hashBytes, at, at + count * hashBytes);
    this.#size += count;
    for (let [level, nodes] = [0, this.#size]; nodes % tileWidth === 0; level += 1) {
      const bytes = this.#level(level);
      nodes /= tileWidth;
      onFull({ level, index: nodes - 1, width: tileWidth, bytes });
      const parent = ((nodes - 1) % tileWidth) * hashBytes;
      foldPerfect(bytes, 0, tileWidth, this.#level(level + 1), parent);
    }
  }

  /** The partial tiles of this size. */
  partial(): Tile[] {
    return partialTiles(this.#size).map((shape) => ({
      ...shape,
      bytes: this.#level(shape.level).subarray(0, shape.width * hashBytes),
    }));
  }

  /** The Merkle tree hash of all leaves (RFC 9162 §2.1.1). */
  root(): Buffer {
    if (this.#size === 0) return sha256(new Uint8Array(0));
    const right = Buffer.alloc(hashBytes);
    let started = false;
    // Each 1 in the size's binary form is a perfect subtree. The tree is those, folded from the right.
    for (const { level, width } of partialTiles(this.#size)) {
      const bytes = this.#level(level);
      for (let [count, end] = [1, width]; end > 0; count *= 2) {
        if ((end & count) === 0) continue;
        end -= count;
        const peak = Buffer.alloc(hashBytes);
        foldPerfect(bytes, end, count, peak, 0);
        if (started) nodeHashInto(peak, 0, right, 0, right, 0);
        else peak.copy(right);
        started = true;
      }
    }
    return right;
  }

  #level(level: number): Buffer {
    while (this.#levels.length <= level) this.#levels.push(Buffer.alloc(tileBytes));
    return this.#levels[level]!;
  }
}

/** Writes the root over `count` (a power of two) neighbouring hashes from hash number `first` to `target`. */
export function foldPerfect(hashes: Buffer, first: number, count: number, target: Buffer, at: number): void {
  if (count === 1) {
    hashes.copy(target, at, first * hashBytes, (first + 1) * hashBytes);
    return;
  }
  let width = count / 2;
  for (let pair = 0; pair < width; pair += 1) {
    const from = (first + 2 * pair) * hashBytes;
    hashes.copy(pairs, pair * pairBytes + 1, from, from + 2 * hashBytes);
  }
  for (; width > 1; width /= 2) {
    for (let pair = 0; pair < width; pair += 1) {
      const half = pair % 2 === 0 ? 0 : hashBytes;
      sha256Into(pairInputs[pair]!, pairs, (pair >>> 1) * pairBytes + 1 + half);
    }
  }
  sha256Into(pairInputs[0]!, target, at);
}
