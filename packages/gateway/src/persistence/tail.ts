import { readFileSync } from 'node:fs';
import { commitRecordBytes, readCommit } from './frame.ts';
import { recordKind } from './record-kind.ts';
import { isSound, RecordReader, recordEnd } from './record-reader.ts';
import { recordHeaderBytes } from './record-writer.ts';

/** What a disk writes whole or not at all. */
const sectorBytes = 512;
/** Zeros at the end of a frame that no record ends in. */
const unwrittenBytes = 8;

/**
 * How many bytes a frame has that a crash left incomplete at `offset`, behind the last whole frame of the last segment;
 * undefined if what stands there is something else. Of an incomplete frame a part was never written: the file ends in it, or a part as large as a sector, or its end,
 * still holds the zeros of before; and nothing stands behind it. A frame all of which was written and which does not
 * match its checksums was whole once, and so was one that others follow: they were written after its sync.
 */
export function tornTail(path: string, offset: number): number | undefined {
  const rest = readFileSync(path).subarray(offset);
  const last = lastNonZero(rest);
  return isTorn(rest, last, offset) ? last + 1 : undefined;
}

function isTorn(rest: Buffer, last: number, offset: number): boolean {
  const length = frameLength(rest);
  if (length === undefined) {
    // Of the frame's head not even so much is there as to tell how long it was to be.
    if (rest.length <= commitRecordBytes || last < commitRecordBytes - 1) return !isFollowed(rest, last);
    return hasUnwrittenSector(rest.subarray(0, commitRecordBytes), offset) && !isFollowed(rest, last);
  }
  if (rest.length < length) return true;
  if (last >= length) return false;
  return length - 1 - last >= unwrittenBytes || hasUnwrittenSector(rest.subarray(0, length), offset);
}

/** Bytes of the frame whose head stands at the start, if one does. */
function frameLength(bytes: Buffer): number | undefined {
  if (recordEnd(bytes, 0, Math.min(bytes.length, commitRecordBytes)) !== commitRecordBytes) return undefined;
  if (!isSound(bytes, 0, commitRecordBytes)) return undefined;
  const reader = new RecordReader().open(bytes, recordHeaderBytes, commitRecordBytes);
  return reader.byte() === recordKind.commit ? commitRecordBytes + readCommit(reader).length : undefined;
}

/** Whether the head of another frame stands somewhere behind. */
function isFollowed(bytes: Buffer, last: number): boolean {
  for (let at = 1; at + commitRecordBytes <= last + 1; at++) {
    if (bytes[at + recordHeaderBytes] !== recordKind.commit) continue;
    if (frameLength(bytes.subarray(at)) !== undefined) return true;
  }
  return false;
}

function hasUnwrittenSector(frame: Buffer, offset: number): boolean {
  for (let at = 0; at < frame.length; ) {
    const end = Math.min(frame.length, at + sectorBytes - ((offset + at) % sectorBytes));
    if (end - at >= unwrittenBytes && lastNonZero(frame.subarray(at, end)) < 0) return true;
    at = end;
  }
  return false;
}

function lastNonZero(bytes: Buffer): number {
  for (let at = bytes.length - 1; at >= 0; at--) if (bytes[at] !== 0) return at;
  return -1;
}
