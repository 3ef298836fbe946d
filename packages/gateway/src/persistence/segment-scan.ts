import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { KitenError } from '@kiten/codec';
import { type Commit, commitRecordBytes, readCommit } from './frame.ts';
import { recordKind } from './record-kind.ts';
import { isSound, RecordReader, recordEnd } from './record-reader.ts';
import { recordHeaderBytes } from './record-writer.ts';
import { type SegmentHeader, segmentHeaderBytes } from './segment-header.ts';

const windowBytes = 4_194_304;

/** A segment's file, as it was found. */
export interface SegmentFile {
  readonly path: string;
  readonly name: string;
  readonly header: SegmentHeader;
}

/**
 * Sees a record: its kind, a reader that stands behind it, where it lies and how long it is, and the frame that it is
 * part of (none in a segment that was made from others).
 */
export type SeeRecord = (
  kind: number,
  reader: RecordReader,
  offset: number,
  length: number,
  commit: Commit | undefined,
) => void;

export interface Scanned {
  /** Where the last whole frame ends. */
  readonly end: number;
  /** The number that the next frame has. */
  readonly nextCommit: number;
  /** The latest time at which a frame was written. */
  readonly latest: number;
  /** Whether something stands behind the end that is no whole frame. */
  readonly isBroken: boolean;
}

/**
 * Goes over a segment from front to back and shows the records of its whole frames. Frames from number `before` on do
 * not count: the next segment has them.
 *
 * @throws KitenError `gateway/store-damaged` where a whole frame says what cannot be
 */
export function scanSegment(file: SegmentFile, before: number, see: SeeRecord): Scanned {
  const fd = openSync(file.path, 'r');
  try {
    const window = new Window(fd, fstatSync(fd).size);
    return file.header.firstCommit === 0
      ? scanRecords(file, window, see)
      : scanFrames(file, window, before, see);
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    throw new KitenError(error.code, `${file.name}: ${error.message}`, { cause: error });
  } finally {
    closeSync(fd);
  }
}

/** A segment that was made from others, and was whole before it got its name: messages without frames. */
function scanRecords({ name, header }: SegmentFile, window: Window, see: SeeRecord): Scanned {
  const reader = new RecordReader();
  let offset = segmentHeaderBytes;
  while (offset < window.size) {
    const length = window.recordLength(offset);
    const bytes = window.view(offset, length);
    if (length === 0 || bytes.length < length || !isSound(bytes, 0, length)) {
      throw damaged(name, offset, 'A record does not match its checksum.');
    }
    reader.open(bytes, recordHeaderBytes, length);
    see(reader.byte(), reader, offset, length, undefined);
    offset += length;
  }
  return { end: offset, nextCommit: header.firstCommit, latest: 0, isBroken: false };
}

function scanFrames({ name, header }: SegmentFile, window: Window, before: number, see: SeeRecord): Scanned {
  const reader = new RecordReader();
  let offset = segmentHeaderBytes;
  let nextCommit = header.firstCommit;
  let latest = 0;
  for (;;) {
    const commit = commitAt(window, offset, reader);
    const length = commitRecordBytes + (commit?.length ?? 0);
    const bytes = window.view(offset, length);
    if (commit === undefined || nextCommit >= before || !isWhole(bytes, length)) {
      const isBroken = nextCommit < before && !window.isZeroFrom(offset);
      return { end: offset, nextCommit, latest, isBroken };
    }
    if (commit.number !== nextCommit) {
      throw damaged(name, offset, `Frame ${nextCommit} is missing: ${commit.number} follows.`);
    }
    for (let at = commitRecordBytes; at < length; ) {
      const end = recordEnd(bytes, at, length) as number;
      reader.open(bytes, at + recordHeaderBytes, end);
      see(reader.byte(), reader, offset + at, end - at, commit);
      at = end;
    }
    nextCommit++;
    latest = Math.max(latest, commit.at);
    offset += length;
  }
}

/** The commit record that stands there, if one does. */
function commitAt(window: Window, offset: number, reader: RecordReader): Commit | undefined {
  const bytes = window.view(offset, commitRecordBytes);
  if (recordEnd(bytes, 0, bytes.length) !== commitRecordBytes) return undefined;
  if (!isSound(bytes, 0, commitRecordBytes)) return undefined;
  reader.open(bytes, recordHeaderBytes, commitRecordBytes);
  return reader.byte() === recordKind.commit ? readCommit(reader) : undefined;
}

/** Whether all of a frame is there, and every record matches its checksum. */
function isWhole(bytes: Buffer, length: number): boolean {
  if (bytes.length < length) return false;
  let at = commitRecordBytes;
  while (at < length) {
    const end = recordEnd(bytes, at, length);
    if (end === undefined || !isSound(bytes, at, end)) return false;
    at = end;
  }
  return true;
}

export function damaged(name: string, offset: number, what: string): KitenError {
  const message = `The session store is damaged: ${name} at byte ${offset}. ${what}`;
  return new KitenError('gateway/store-damaged', message, { detail: { file: name, offset } });
}

/** Reads a file from front to back in large pieces. */
class Window {
  readonly size: number;
  readonly #fd: number;
  #buffer: Buffer;
  #start = 0;
  #length = 0;

  constructor(fd: number, size: number) {
    this.#fd = fd;
    this.size = size;
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(size, windowBytes));
  }

  /** The bytes there, fewer than `length` only where the file ends. They are lent until the next call. */
  view(offset: number, length: number): Buffer {
    const wanted = Math.min(length, this.size - offset);
    const from = offset - this.#start;
    if (from < 0 || from + wanted > this.#length) {
      if (wanted > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(wanted);
      this.#start = offset;
      this.#length = readFully(this.#fd, this.#buffer, offset);
    }
    const at = offset - this.#start;
    return this.#buffer.subarray(at, Math.min(at + wanted, this.#length));
  }

  /** Bytes of the record there as it says, header included; 0 if there is none. */
  recordLength(offset: number): number {
    const bytes = this.view(offset, recordHeaderBytes);
    const length = bytes.length < recordHeaderBytes ? 0 : bytes.readUInt32BE(0);
    return length === 0 ? 0 : recordHeaderBytes + length;
  }

  isZeroFrom(offset: number): boolean {
    for (let at = offset; at < this.size; at += windowBytes) {
      if (this.view(at, windowBytes).some((byte) => byte !== 0)) return false;
    }
    return true;
  }
}

function readFully(fd: number, buffer: Buffer, offset: number): number {
  let done = 0;
  while (done < buffer.length) {
    const read = readSync(fd, buffer, done, buffer.length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}
