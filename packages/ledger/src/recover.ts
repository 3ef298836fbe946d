import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError, type Verify } from '@kiten/codec';
import { type Checkpoint, parseCheckpoint } from './note/checkpoint.ts';
import { verifyNote } from './note/signed-note.ts';
import { PublishedTree } from './publish/published-tree.ts';
import type { Published } from './publish/publisher.ts';
import { isMissing, writeAt } from './segment/disk.ts';
import { listSegments } from './segment/segment-files.ts';
import { type LogPosition, segmentStart, walkLog } from './segment/walk-log.ts';
import { hashBytes } from './tree/hashing.ts';
import { partialTiles, tilePath } from './tree/tile-path.ts';

/** What opening a ledger needs to know of it. */
export interface RecoverOptions {
  readonly directory: string;
  readonly origin: string;
  readonly originHash: Uint8Array;
  /** Keys (SPKI, DER) under which an earlier checkpoint may stand. */
  readonly publicKeys: readonly Uint8Array[];
  readonly verify: Verify;
}

/** An unacknowledged, incomplete frame that a crash left behind. */
export interface TornTail {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Where a ledger stood when it was last written. */
export interface Recovered {
  readonly end: LogPosition;
  readonly published: Published;
  readonly tornTail?: TornTail;
}

/**
 * Finds the end of a ledger and what of it is published, cutting off a torn tail. Nothing is returned for a
 * directory without a ledger.
 *
 * Only the last segments are read: from the one with the first unpublished entry on. If the published tiles
 * don't make up the checkpoint's root, all segments are read instead, and the tiles are published anew.
 *
 * @throws KitenError `ledger/damaged`, `ledger/rolled-back`, `ledger/forked`, `ledger/checkpoint-missing`,
 * `ledger/checkpoint-forged`, `ledger/checkpoint-malformed`, `ledger/note-malformed`, `ledger/other-log`.
 */
export async function recover(options: RecoverOptions): Promise<Recovered | undefined> {
  const { directory, originHash } = options;
  const text = await readCheckpointFile(directory);
  const segments = await listSegments(directory);
  if (text === undefined) {
    if (segments.length === 0) return undefined;
    throw new KitenError('ledger/checkpoint-missing', 'There are segments, but the checkpoint is missing.');
  }
  const checkpoint = ownCheckpoint(text, options);
  const [first] = segments;
  if (first === undefined && checkpoint.size === 0) return undefined;
  if (first?.firstIndex !== 0) throw rolledBack(checkpoint.size, 0, 'The first segment is missing.');

  const tree = await restoreTree(directory, checkpoint);
  const startFile =
    tree === undefined ? first : segments.findLast((file) => file.firstIndex <= checkpoint.size)!;
  const start = await segmentStart(directory, startFile, originHash);
  const scan = await scanFrom(options, start, checkpoint, tree === undefined);
  await makeTailDurable(directory, scan);
  const published =
    tree === undefined
      ? { tree: PublishedTree.empty(), position: start, checkpoint: text.toString() }
      : { tree, position: scan.atCheckpoint, checkpoint: text.toString() };
  const { name: file, offset } = scan.end;
  const tornTail = scan.tornBytes > 0 ? { tornTail: { file, offset, bytes: scan.tornBytes } } : {};
  return { end: scan.end, published, ...tornTail };
}

interface Scan {
  readonly end: LogPosition;
  readonly tornBytes: number;
  /** Where the entries that the checkpoint covers end. */
  readonly atCheckpoint: LogPosition;
  /** The last frame, if any was read. */
  readonly last: { readonly position: LogPosition; readonly bytes: Buffer } | undefined;
}

async function scanFrom(
  { directory, originHash }: RecoverOptions,
  start: LogPosition,
  checkpoint: Checkpoint,
  rebuild: boolean,
): Promise<Scan> {
  const tree = PublishedTree.empty();
  let atCheckpoint = start.index === checkpoint.size ? start : undefined;
  let last: Scan['last'];
  const walk = walkLog(directory, originHash, start);
  let step = await walk.next();
  for (; step.done !== true; step = await walk.next()) {
    const { frame, before, after } = step.value;
    if (rebuild && after.index <= checkpoint.size) tree.add(frame);
    if (after.index === checkpoint.size) atCheckpoint = after;
    last = { position: before, bytes: Buffer.from(frame.bytes) };
  }
  const { end, tornBytes } = step.value;
  if (end.index < checkpoint.size)
    throw rolledBack(checkpoint.size, end.index, 'Its last entries are missing.');
  if (atCheckpoint === undefined || (rebuild && !tree.root().equals(checkpoint.root))) {
    throw new KitenError('ledger/forked', 'The segments are not those that the checkpoint was signed for.');
  }
  return { end, tornBytes, atCheckpoint, last };
}

/**
 * A whole frame may have come out of the page cache without ever having reached the disk. It is written once
 * more, so that a sync has something to report on, and what is torn is cut off.
 */
async function makeTailDurable(directory: string, { end, last, tornBytes }: Scan): Promise<void> {
  if (last !== undefined) {
    await changeFile(join(directory, last.position.name), (file) =>
      writeAt(file.fd, last.bytes, last.position.offset),
    );
  }
  if (tornBytes > 0) await changeFile(join(directory, end.name), (file) => file.truncate(end.offset));
}

async function changeFile(path: string, change: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await change(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readCheckpointFile(directory: string): Promise<Buffer | undefined> {
  try {
    return await readFile(join(directory, 'checkpoint'));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function ownCheckpoint(text: Buffer, { origin, publicKeys, verify }: RecoverOptions): Checkpoint {
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== origin) {
    throw new KitenError('ledger/other-log', `This is the log ${checkpoint.origin}, not ${origin}.`);
  }
  if (publicKeys.some((key) => verifyNote(checkpoint.note, origin, key, verify))) return checkpoint;
  throw new KitenError('ledger/checkpoint-forged', 'The checkpoint is not signed with the key of this log.');
}

async function restoreTree(
  directory: string,
  { size, root }: Checkpoint,
): Promise<PublishedTree | undefined> {
  try {
    const shapes = partialTiles(size);
    const tiles = new Map<number, Buffer>();
    for (const { level, index, width } of shapes) {
      const bytes = await readFile(join(directory, tilePath(level, index, width)));
      if (bytes.length !== width * hashBytes) return undefined;
      tiles.set(level, bytes);
    }
    const [leaves] = shapes.filter(({ level }) => level === 0);
    const bundle =
      leaves === undefined
        ? Buffer.alloc(0)
        : await readFile(join(directory, tilePath('entries', leaves.index, leaves.width)));
    return PublishedTree.restore(size, root, ({ level }) => tiles.get(level)!, bundle);
  } catch {
    // Whatever keeps the tiles from being read: the segments are the truth, and the tiles can be made again.
    return undefined;
  }
}

function rolledBack(size: number, entries: number, message: string): KitenError {
  return new KitenError(
    'ledger/rolled-back',
    `The checkpoint stands for ${size} entries and the segments hold ${entries}. ${message}`,
    { detail: { size, entries } },
  );
}
