import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { KitenError } from '@kiten/codec';
import { parseCheckpoint } from '../note/checkpoint.ts';
import { isMissing } from './disk.ts';
import { listSegments, type SegmentFile } from './segment-files.ts';
import { originHashOf } from './segment-header.ts';
import { type LogPosition, segmentStart, walkLog } from './walk-log.ts';

/** A file of a log, and how much of it counts. */
export interface ExtentFile {
  /** Below the ledger's directory. */
  readonly name: string;
  /** Bytes from its start. */
  readonly bytes: number;
}

/** How far a log reached at a moment. What is in front of its end is whole, and stays as it is. */
export interface LogExtent {
  /** The checkpoint of that moment, as text; what it covers is in `files`. */
  readonly checkpoint: string;
  /** Without tiles: opening a ledger makes them again. */
  readonly files: readonly ExtentFile[];
  /** Entries in `files`. */
  readonly size: number;
  /** From where a later measurement may go on. */
  readonly end: LogPosition | undefined;
}

/** Whoever writes meanwhile may have a frame half down when it is looked at. */
const attempts = 5;
const pauseMilliseconds = 50;

/**
 * Measures a log that a site may be appending to.
 *
 * @param before an earlier measurement, so that only what was appended since is read
 * @returns nothing for a directory without a log
 * @throws KitenError `ledger/damaged`, `ledger/other-log`, `ledger/note-malformed`, `ledger/checkpoint-malformed`
 */
export async function logExtent(
  directory: string,
  origin: string,
  before?: LogExtent,
): Promise<LogExtent | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await measure(directory, originHashOf(origin), before?.end);
    } catch (error) {
      const isPassing = error instanceof KitenError && error.code === 'ledger/damaged';
      if (!isPassing || attempt === attempts) throw error;
      await setTimeout(pauseMilliseconds);
    }
  }
}

async function measure(
  directory: string,
  originHash: Uint8Array,
  from: LogPosition | undefined,
): Promise<LogExtent | undefined> {
  // The checkpoint first: whatever is appended after that is behind it.
  const text = await readCheckpoint(directory);
  if (text === undefined) return undefined;
  const { size } = parseCheckpoint(text);
  const checkpoint = text.toString();
  const segments = await listSegments(directory);
  const start = from ?? (await startOf(directory, segments, size, originHash));
  if (start === undefined) return { checkpoint, files: [], size: 0, end: undefined };
  const walk = walkLog(directory, originHash, start);
  let step = await walk.next();
  while (step.done !== true) step = await walk.next();
  const { end } = step.value;
  const files: ExtentFile[] = [];
  for (const { name } of segments.filter((one) => one.name <= end.name)) {
    const bytes = name === end.name ? end.offset : (await stat(join(directory, name))).size;
    files.push({ name, bytes });
  }
  // A segment that came after the listing is not in it.
  if (files.at(-1)?.name === end.name) return { checkpoint, files, size: end.index, end };
  throw new KitenError('ledger/damaged', `${end.name} came while the log was measured.`);
}

async function startOf(
  directory: string,
  segments: readonly SegmentFile[],
  size: number,
  originHash: Uint8Array,
): Promise<LogPosition | undefined> {
  const first = segments.findLast(({ firstIndex }) => firstIndex <= size);
  return first === undefined ? undefined : segmentStart(directory, first, originHash);
}

async function readCheckpoint(directory: string): Promise<Buffer | undefined> {
  try {
    return await readFile(join(directory, 'checkpoint'));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
