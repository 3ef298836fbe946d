import { leafHash, merkleRoot, signCheckpoint, type TileSource, tilePath, tileWidth } from '../src/index.ts';
import { origin, signer } from './open-test-ledger.ts';

/** A log's published files in memory, made from the definitions of C2SP tlog-tiles and nothing of the ledger's own. */
export interface MemoryLog extends TileSource {
  readonly files: Map<string, Uint8Array>;
  readonly leaves: readonly Uint8Array[];
  /** The paths that were read. */
  readonly reads: string[];
  readonly checkpoint: string;
}

/** The log of these entries, of up to 65,535 bytes each. */
export function memoryLog(entries: readonly Uint8Array[]): MemoryLog {
  const files = new Map<string, Uint8Array>();
  const leaves = entries.map(leafHash);
  let hashes: readonly Uint8Array[] = leaves;
  for (let level = 0; hashes.length > 0; level += 1) {
    const tiles = grouped(hashes);
    for (const [index, tile] of tiles.entries())
      files.set(tilePath(level, index, tile.length), Buffer.concat(tile));
    hashes = tiles.filter((tile) => tile.length === tileWidth).map(merkleRoot);
  }
  for (const [index, group] of grouped(entries).entries()) {
    files.set(tilePath('entries', index, group.length), Buffer.concat(group.flatMap(record)));
  }
  const checkpoint = signCheckpoint({ origin, size: entries.length, root: merkleRoot(leaves) }, signer);
  files.set('checkpoint', Buffer.from(checkpoint));
  const reads: string[] = [];
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    reads.push(path);
    return files.get(path);
  };
  return { files, leaves, reads, checkpoint, read };
}

function record(entry: Uint8Array): Uint8Array[] {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(entry.length);
  return [length, entry];
}

function grouped<T>(all: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (let at = 0; at < all.length; at += tileWidth) groups.push(all.slice(at, at + tileWidth));
  return groups;
}
