/** Hashes in a full tile, entries in a full bundle (tlog-tiles). */
export const tileWidth = 256;

/** The highest level that a path can name (C2SP tlog-tiles, "Merkle Tree"). */
const highestLevel = 63;

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

/** What a path of `tilePath` names. */
export interface TileName {
  readonly level: TileLevel;
  readonly index: number;
  /** 1–256; 256 for a full one. */
  readonly width: number;
}

/** What a path names, or nothing if it isn't exactly as `tilePath` writes it. */
export function parseTilePath(path: string): TileName | undefined {
  const form = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/;
  const [, levelText, groups = '', widthText] = form.exec(path) ?? [];
  if (levelText === undefined) return undefined;
  const level = levelText === 'entries' ? levelText : Number(levelText);
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  const width = widthText === undefined ? tileWidth : Number(widthText);
  if (
    !Number.isSafeInteger(index) ||
    width < 1 ||
    width > tileWidth ||
    (level !== 'entries' && level > highestLevel)
  )
    return undefined;
  // Written again it shows leading zeros, and a full tile that is called partial.
  return tilePath(level, index, width) === path ? { level, index, width } : undefined;
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
