import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { isMissing } from '../segment/disk.ts';
import { maxBundleBytes } from '../tree/entry-bundle.ts';
import { hashBytes } from '../tree/hashing.ts';
import { parseTilePath, type TileName, tilePath, tileWidth } from '../tree/tile-path.ts';
import { tilePrefix } from '../tree/tile-prefix.ts';
import { maxCheckpointBytes, type TileSource } from '../tree/tile-source.ts';
import { partialWidths } from '../verify/published-extent.ts';
import { readRegularFile } from '../verify/regular-file.ts';

/** A published file, as it is to be answered over HTTP. */
export interface PublishedResource {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** Whether the bytes at this path never change, so that whoever gets them may keep them. */
  readonly immutable: boolean;
}

/**
 * A published file of the ledger in a directory, by its path below the log's prefix (C2SP tlog-tiles, "APIs"):
 * `checkpoint`, `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]`. Nothing for any other path and for a file that isn't
 * there. No path leads out of the directory, and no link is followed.
 *
 * A partial tile that was deleted is answered as the front of a wider one: sizes that a checkpoint was signed for stay
 * served. Bytes are passed on as they are; who reads them checks them.
 *
 * @throws KitenError `ledger/unreadable` when the operating system refuses, or when it is no regular file.
 */
export async function publishedResource(
  directory: string,
  path: string,
): Promise<PublishedResource | undefined> {
  try {
    return await readResource(directory, path);
  } catch (cause) {
    throw new KitenError('ledger/unreadable', `The published file ${path} cannot be read.`, { cause });
  }
}

/** The published files of the ledger in a directory, or of a copy that `exportLog` made. */
export function directorySource(directory: string): TileSource {
  return { read: async (path) => (await publishedResource(directory, path))?.bytes };
}

async function readResource(directory: string, path: string): Promise<PublishedResource | undefined> {
  if (path === 'checkpoint') {
    const bytes = await readWithin(directory, path, maxCheckpointBytes);
    return bytes && { bytes, contentType: 'text/plain; charset=utf-8', immutable: false };
  }
  const name = parseTilePath(path);
  const bytes = name && (await readTile(directory, path, name));
  return bytes && { bytes, contentType: 'application/octet-stream', immutable: true };
}

async function readTile(directory: string, path: string, name: TileName): Promise<Buffer | undefined> {
  const { level, index, width } = name;
  const most = level === 'entries' ? maxBundleBytes : tileWidth * hashBytes;
  const own = await readWithin(directory, path, most);
  if (own !== undefined || width === tileWidth) return own;
  const full = tilePath(level, index, tileWidth);
  for (const wider of await widerThan(directory, full, width)) {
    const bytes = await readWithin(directory, wider, most);
    if (bytes !== undefined) return tilePrefix(level, bytes, width);
  }
  return undefined;
}

/** The full tile first: it is what a partial one gives way to. */
async function widerThan(directory: string, full: string, width: number): Promise<string[]> {
  const widths = (await partialWidths(directory, full)).filter((each) => each > width);
  return [full, ...widths.map((each) => `${full}.p/${each}`)];
}

/** The file's bytes, or nothing if it isn't there, is too long to be what its name says, or lies behind a link. */
async function readWithin(directory: string, path: string, most: number): Promise<Buffer | undefined> {
  try {
    const root = await realpath(directory);
    const file = join(root, path);
    if ((await realpath(file)) !== file) return undefined;
    const bytes = await readRegularFile(file, most);
    return bytes === undefined || bytes.length > most ? undefined : bytes;
  } catch (error) {
    if (isMissing(error) || isNoDirectory(error)) return undefined;
    throw error;
  }
}

function isNoDirectory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOTDIR';
}
