/** Hashes in a full tile, entries in a full bundle (tlog-tiles). */
export const tileWidth = 256;

/** A level of the tree in tiles, or the bundles of entries beside level 0. */
export type TileLevel = number | 'entries';

/**
 * The path of a tile or entry bundle below the log's prefix: `tile/<L>/<N>[.p/<W>]` with N in groups of three
 * digits, all but the last starting with `x` (C2SP tlog-tiles, "Merkle Tree" and "Log entries").
 */
export function tilePath(level: TileLevel, index: number, width: number): string {
  const full = `tile/${level}/${tileIndexPath(index)}`;
  return width === tileWidth ? full : `${full}.p/${width}`;
}

function tileIndexPath(index: number): string {
  let path = threeDigits(index % 1000);
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${threeDigits(rest % 1000)}/${path}`;
  }
  return path;
}

function threeDigits(value: number): string {
  return String(value).padStart(3, '0');
}

/** One tile that a tree of some size has. */
export interface TileShape {
  readonly level: number;
  readonly index: number;
  /** 1–256 hashes. */
  readonly width: number;
}

/** The rightmost, partial tiles of a tree of `size` leaves, lowest level first; empty ones are left out. */
export function partialTiles(size: number): TileShape[] {
  const shapes: TileShape[] = [];
  for (let [level, nodes] = [0, size]; nodes > 0; level += 1, nodes = Math.floor(nodes / tileWidth)) {
    const width = nodes % tileWidth;
    if (width > 0) shapes.push({ level, index: Math.floor(nodes / tileWidth), width });
  }
  return shapes;
}
