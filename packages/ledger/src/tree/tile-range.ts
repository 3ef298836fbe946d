import { hashBytes, nodeHash, sha256 } from './hashing.ts';
import { type RangeHash, splitPoint } from './merkle.ts';
import { foldPerfect } from './tile-edge.ts';
import { tileWidth } from './tile-path.ts';

/** Some neighbouring hashes of one tile, which together are one perfect subtree. */
interface SubtreePlace {
  readonly level: number;
  /** The tile's. */
  readonly index: number;
  readonly first: number;
  readonly count: number;
}

/** Calls `visit` with the tiles that the hash of a range is made from. */
export function visitTiles(start: number, end: number, visit: (level: number, index: number) => void): void {
  if (end <= start) return;
  const place = subtreePlace(start, end);
  if (place !== undefined) {
    visit(place.level, place.index);
    return;
  }
  const split = start + splitPoint(end - start);
  visitTiles(start, split, visit);
  visitTiles(split, end, visit);
}

/** Range hashes (RFC 9162 §2.1.1) from tiles, each of which is wide enough for what is asked. */
export function rangeHashOfTiles(tile: (level: number, index: number) => Buffer): RangeHash {
  const range: RangeHash = (start, end) => {
    if (end <= start) return sha256(new Uint8Array(0));
    const place = subtreePlace(start, end);
    if (place === undefined) {
      const split = start + splitPoint(end - start);
      return nodeHash(range(start, split), range(split, end));
    }
    const hash = Buffer.alloc(hashBytes);
    foldPerfect(tile(place.level, place.index), place.first, place.count, hash, 0);
    return hash;
  };
  return range;
}

/** Where the tiles have the subtree over a range, if it is a perfect one: of a power of two, at a multiple of it. */
function subtreePlace(start: number, end: number): SubtreePlace | undefined {
  const size = end - start;
  if (size > 1 && splitPoint(size) * 2 !== size) return undefined;
  if (start % size !== 0) return undefined;
  let [level, unit] = [0, 1];
  for (; unit * tileWidth <= size; level += 1) unit *= tileWidth;
  const first = start / unit;
  return { level, index: Math.floor(first / tileWidth), first: first % tileWidth, count: size / unit };
}
