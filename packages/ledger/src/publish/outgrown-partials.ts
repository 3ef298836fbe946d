import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { partialTiles, type TileLevel, tilePath, tileWidth } from '../tree/tile-path.ts';

/**
 * Deletes the partial tiles and bundles of the log of `before` entries whose full ones are there in that of `after`:
 * they may go (C2SP tlog-tiles, "Partial Tiles"). Those of a tile that is still partial stay.
 */
export async function removeOutgrown(directory: string, before: number, after: number): Promise<void> {
  for (const { level, index } of partialTiles(before)) {
    if ((index + 1) * tileWidth ** (level + 1) > after) continue;
    const levels: TileLevel[] = level === 0 ? ['entries', 0] : [level];
    for (const each of levels) {
      await rm(join(directory, `${tilePath(each, index, tileWidth)}.p`), { recursive: true, force: true });
    }
  }
}
