import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, KitenError } from '@kiten/codec';
import { isMissing } from './disk.ts';
import { FileWindow } from './file-window.ts';
import { maxFrameBytes } from './frame.ts';
import { isSound, isZero, type NoFrame, type RawFrame, readFrame } from './read-frame.ts';
import { listSegments, type SegmentFile, segmentName } from './segment-files.ts';
import { decodeSegmentHeader, segmentHeaderBytes } from './segment-header.ts';
import type { SegmentPosition } from './segment-writer.ts';
import { judgeTail } from './tail.ts';

/** A place between frames, with all that is needed to go on from it. */
export interface LogPosition extends SegmentPosition {
  /** The index of the entry that follows. */
  readonly index: number;
  /** The chain hash up to it. */
  readonly chain: Uint8Array;
}

/** A sound frame with the places before and after it. Its bytes are lent until the next one is asked for. */
export interface WalkedFrame {
  readonly frame: RawFrame;
  readonly before: LogPosition;
  readonly after: LogPosition;
}

/** The start of a segment, from its header. */
export async function segmentStart(
  directory: string,
  { name, firstIndex }: SegmentFile,
  originHash: Uint8Array,
): Promise<LogPosition> {
  const bytes = await withFile(join(directory, name), (file) =>
    new FileWindow(file).view(0, segmentHeaderBytes),
  );
  const header = decodeSegmentHeader(bytes);
  if (typeof header === 'string') throw damaged(name, 0, firstIndex, `The header ${header}.`);
  if (header.firstIndex !== firstIndex)
    throw damaged(name, 0, firstIndex, 'The header is for another segment.');
  if (!equalBytes(header.originHash, originHash)) {
    throw new KitenError('ledger/other-log', `${name} belongs to a log with another origin.`, {
      detail: { file: name },
    });
  }
  return { name, offset: segmentHeaderBytes, index: firstIndex, chain: header.chain };
}

/**
 * Walks over the frames from `start` to the end of the log, segment after segment, checking everything in them.
 * Returns the end, and how many bytes of a torn frame follow it.
 *
 * @throws KitenError `ledger/damaged` (`detail`: file, offset, index) at the first thing that isn't as written.
 */
export async function* walkLog(
  directory: string,
  originHash: Uint8Array,
  start: LogPosition,
): AsyncGenerator<WalkedFrame, { end: LogPosition; tornBytes: number }> {
  for (let position = start; ; ) {
    const file = await open(join(directory, position.name), 'r');
    try {
      const window = new FileWindow(file);
      let found = await readFrame(window, position.offset);
      while (found.kind === 'frame' && follows(found, position)) {
        const after = positionAfter(found, position);
        yield { frame: found, before: position, after };
        position = after;
        found = await readFrame(window, position.offset);
      }
      const next = await nextSegment(directory, position);
      if (next === undefined) {
        const tail = await readTail(file, position.offset);
        if (tail.found.kind === 'frame' && follows(tail.found, position)) continue;
        return { end: position, tornBytes: tornBytes(tail, position) };
      }
      const rest = (await file.stat()).size - position.offset;
      if (rest > 0)
        throw damaged(position.name, position.offset, position.index, 'Here a frame should start.');
      const begin = await segmentStart(directory, next, originHash);
      if (!equalBytes(begin.chain, position.chain)) {
        throw damaged(next.name, 0, next.firstIndex, 'It does not continue the segment before it.');
      }
      position = begin;
    } finally {
      await file.close();
    }
  }
}

/** What follows a segment’s last sound frame: all of it was read at one moment, as a site may be writing there. */
export interface SegmentTail {
  readonly found: RawFrame | NoFrame;
  /** All from there on that a frame can fill. */
  readonly rest: Buffer;
  /** Where there is anything but zeros beyond. */
  readonly strayAt: number | undefined;
}

export async function readTail(file: FileHandle, offset: number): Promise<SegmentTail> {
  const window = new FileWindow(file);
  const rest = Buffer.from(await window.view(offset, maxFrameBytes));
  const view = (at: number, length: number) => rest.subarray(at - offset, at - offset + length);
  const found = await readFrame({ view }, offset);
  for (let at = offset + rest.length; ; ) {
    const bytes = await window.view(at, 65_536);
    if (bytes.length === 0) return { found, rest, strayAt: undefined };
    if (!isZero(bytes)) return { found, rest, strayAt: at + bytes.findIndex((byte) => byte !== 0) };
    at += bytes.length;
  }
}

function follows(frame: RawFrame, position: LogPosition): boolean {
  return frame.header.firstIndex === position.index && isSound(frame, position.chain);
}

function positionAfter({ header, layout, bytes }: RawFrame, before: LogPosition): LogPosition {
  return {
    name: before.name,
    offset: before.offset + layout.end,
    index: header.firstIndex + header.count,
    chain: Buffer.from(bytes.subarray(layout.chain)),
  };
}

async function nextSegment(directory: string, position: LogPosition): Promise<SegmentFile | undefined> {
  const next = (await listSegments(directory)).find(({ name }) => name > position.name);
  if (next === undefined || next.name === segmentName(position.index)) return next;
  throw damaged(
    position.name,
    position.offset,
    position.index,
    `The entries up to ${next.name} are missing.`,
  );
}

function tornBytes({ found, rest, strayAt }: SegmentTail, position: LogPosition): number {
  const tail = strayAt === undefined ? judgeTail(found, rest, position.offset) : 'damaged';
  if (tail === 'damaged') {
    throw damaged(
      position.name,
      position.offset,
      position.index,
      'What follows was changed after it was written.',
    );
  }
  return tail === 'torn' ? rest.length : 0;
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T> | T): Promise<T> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    if (!isMissing(cause)) throw cause;
    throw new KitenError('ledger/damaged', `The segment ${path} is missing.`, { cause });
  });
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function damaged(file: string, offset: number, index: number, message: string): KitenError {
  return new KitenError(
    'ledger/damaged',
    `${file} is damaged at byte ${offset}, entry ${index}. ${message}`,
    {
      detail: { file, offset, index },
    },
  );
}
