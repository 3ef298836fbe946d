import { bundlePrefix } from './entry-bundle.ts';
import { asBuffer, hashBytes } from './hashing.ts';
import { type TileLevel, tilePath, tileWidth } from './tile-path.ts';
import type { TileSource } from './tile-source.ts';

/** The first `width` hashes of a tile or entries of a bundle, or nothing if there are fewer. */
export function tilePrefix(level: TileLevel, bytes: Buffer, width: number): Buffer | undefined {
  if (level === 'entries') return bundlePrefix(bytes, width);
  return bytes.length < width * hashBytes ? undefined : bytes.subarray(0, width * hashBytes);
}

/** A tile or bundle as a source has it, not yet checked. */
export interface FoundTile {
  /** The file that it came from. */
  readonly path: string;
  /** As they are in the file, or of a full one as many as were asked for. */
  readonly bytes: Buffer;
}

/**
 * Reads a tile or bundle of some width. Once the full one is there, a log may delete the partial one; the answer is
 * then the front of the full one (C2SP tlog-tiles, "Partial Tiles").
 */
export async function findTile(
  source: TileSource,
  level: TileLevel,
  index: number,
  width: number,
): Promise<FoundTile | undefined> {
  const path = tilePath(level, index, width);
  const found = await source.read(path);
  if (found !== undefined) return { path, bytes: asBuffer(found) };
  if (width === tileWidth) return undefined;
  const full = tilePath(level, index, tileWidth);
  const bytes = await source.read(full);
  if (bytes === undefined) return undefined;
  const whole = asBuffer(bytes);
  return { path: full, bytes: tilePrefix(level, whole, width) ?? whole };
}
