import { mkdir, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, KitenError } from '@kiten/codec';
import { type Checkpoint, parseCheckpoint } from '../note/checkpoint.ts';
import { isMissing } from '../segment/disk.ts';
import { clearPending } from '../segment/segment-files.ts';
import { leavesOfBundle } from '../tree/entry-bundle.ts';
import { hashBytes } from '../tree/hashing.ts';
import { tilePath, tileWidth } from '../tree/tile-path.ts';
import { findTile } from '../tree/tile-prefix.ts';
import { TileReader } from '../tree/tile-reader.ts';
import type { TileSource } from '../tree/tile-source.ts';
import { signedCheckpoint } from '../verify/signed-checkpoint.ts';
import { AtomicFiles, type FileContents } from './atomic-files.ts';
import { removeOutgrown } from './outgrown-partials.ts';
import { directorySource } from './published-resource.ts';

/** What an export is told beside where from and where to. */
export interface ExportLogOptions {
  /** Keys (SPKI, DER) one of which must have signed the checkpoint; without any, that isn't checked. */
  readonly publicKeys?: readonly Uint8Array[];
  /** The name of the log that this should be. */
  readonly origin?: string;
  /** Called after each full bundle, with the number of entries that are in the copy. */
  readonly onProgress?: (entries: number) => void;
}

/** What an export made. */
export interface ExportedLog {
  /** The checkpoint of the copy, as text. */
  readonly checkpoint: string;
  readonly size: number;
  /** Tiles and bundles that were not there before. */
  readonly written: number;
}

const readableByAll = { file: 0o644, directory: 0o755 };

/**
 * Copies what a log publishes to a directory for a web server or an object store: the tiles and bundles that the
 * checkpoint needs, and last the checkpoint. Nothing is copied that doesn't hash up to its root. The site may write
 * meanwhile. A copy that is there already is brought forward, and never set back: what its checkpoint covers counts as
 * there.
 *
 * @throws KitenError `ledger/no-ledger`; `ledger/target-unsuitable`; `ledger/checkpoint-missing`, `-malformed`,
 * `-forged`, `ledger/note-malformed`; `ledger/other-log`, `ledger/rolled-back` or `ledger/forked` when the copy that is
 * there isn't an earlier one of this log; `ledger/tile-missing`, `ledger/tile-changed`, `ledger/bundle-changed`,
 * `ledger/root-mismatch`, `ledger/unreadable`; `ledger/export-failed` when the copy can't be written.
 */
export async function exportLog(
  directory: string,
  target: string,
  options: ExportLogOptions = {},
): Promise<ExportedLog> {
  const source = directorySource(await ledgerDirectory(directory));
  const checkpoint = await checkpointOf(source);
  const { publicKeys = [], origin, onProgress } = options;
  const head = await signedCheckpoint({ read: async () => checkpoint.bytes }, { publicKeys, origin });
  const reader = new TileReader(source, head);
  try {
    const copy = await targetDirectory(target, directory);
    const before = await copiedBefore(copy, head, reader);
    const files = new AtomicFiles(copy, readableByAll);
    let written = 0;
    try {
      for await (const file of filesFrom(before, reader, source, onProgress)) {
        if (await isThere(join(copy, file.path), file.bytes.length)) continue;
        await files.put([file]);
        written += 1;
      }
      await files.settle();
      await files.put([checkpoint]);
      await files.settle();
    } finally {
      await files.idle();
    }
    await removeOutgrown(copy, before, head.size);
    await rm(await clearPending(copy), { recursive: true });
    return { checkpoint: Buffer.from(checkpoint.bytes).toString(), size: head.size, written };
  } catch (cause) {
    if (cause instanceof KitenError) throw cause;
    throw new KitenError('ledger/export-failed', `The copy in ${target} could not be written.`, { cause });
  }
}

/** The tiles and bundles of the checkpoint's tree that one of `before` entries did not have. */
async function* filesFrom(
  before: number,
  reader: TileReader,
  source: TileSource,
  onProgress: ((entries: number) => void) | undefined,
): AsyncGenerator<FileContents> {
  for (let [level, unit] = [0, 1]; unit <= reader.size; level += 1, unit *= tileWidth) {
    const tiles = Math.ceil(Math.floor(reader.size / unit) / tileWidth);
    for (let index = Math.floor(before / unit / tileWidth); index < tiles; index += 1) {
      const bytes = await reader.tile(level, index);
      const width = bytes.length / hashBytes;
      if (level === 0) yield await bundleBeside(bytes, index, source);
      yield { path: tilePath(level, index, width), bytes };
      if (level === 0) onProgress?.(index * tileWidth + width);
    }
  }
}

async function checkpointOf(source: TileSource): Promise<FileContents> {
  const bytes = await source.read('checkpoint');
  if (bytes !== undefined) return { path: 'checkpoint', bytes };
  throw new KitenError('ledger/checkpoint-missing', 'There is no checkpoint.');
}

async function bundleBeside(leaves: Buffer, index: number, source: TileSource): Promise<FileContents> {
  const path = tilePath('entries', index, leaves.length / hashBytes);
  const found = await findTile(source, 'entries', index, leaves.length / hashBytes);
  if (found === undefined) {
    throw new KitenError('ledger/tile-missing', `The checkpoint needs ${path}, and it is not there.`, {
      detail: { file: path },
    });
  }
  if (leavesOfBundle(found.bytes)?.equals(leaves)) return { path, bytes: found.bytes };
  throw new KitenError('ledger/bundle-changed', `The entries in ${found.path} do not match their hashes.`, {
    detail: { file: found.path },
  });
}

/** How many entries the copy has, if it is an earlier one of the same log. */
async function copiedBefore(copy: string, head: Checkpoint, reader: TileReader): Promise<number> {
  const bytes = await directorySource(copy).read('checkpoint');
  if (bytes === undefined) return 0;
  const { origin, size, root } = parseCheckpoint(bytes);
  if (origin !== head.origin) {
    throw new KitenError('ledger/other-log', `The copy is of the log ${origin}, not ${head.origin}.`);
  }
  if (size > head.size) {
    const message = `The copy has ${size} entries and the checkpoint stands for ${head.size}.`;
    throw new KitenError('ledger/rolled-back', message, { detail: { size, entries: head.size } });
  }
  if (equalBytes(await reader.rootOf(size), root)) return size;
  throw new KitenError('ledger/forked', 'The copy is not of a log that this one continues.');
}

async function ledgerDirectory(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    throw new KitenError('ledger/no-ledger', `${path} is no directory with a ledger.`, { cause });
  }
}

async function targetDirectory(target: string, ledger: string): Promise<string> {
  await mkdir(target, { recursive: true, mode: readableByAll.directory });
  const copy = await realpath(target);
  if (copy === (await realpath(ledger))) {
    throw new KitenError('ledger/target-unsuitable', 'A ledger is not copied to its own directory.');
  }
  await clearPending(copy);
  return copy;
}

async function isThere(path: string, bytes: number): Promise<boolean> {
  try {
    return (await stat(path)).size === bytes;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
