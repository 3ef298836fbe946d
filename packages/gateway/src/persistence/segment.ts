import { Account } from './account.ts';
import type { Frame } from './frame.ts';
import { type SegmentHeader, segmentHeaderBytes } from './segment-header.ts';

/** The name of the file of a segment. */
export function segmentName(id: number): string {
  return `segment-${String(id).padStart(12, '0')}`;
}

/** One file of the log, as far as memory knows it: how much it holds, what of that is needed, where messages are. */
export class Segment {
  readonly id: number;
  readonly lastId: number;
  readonly firstCommit: number;
  readonly path: string;
  readonly account = new Account();
  /** Bytes up to the end of its last record. */
  size = segmentHeaderBytes;
  /** Its messages have this number or a larger one. */
  readonly firstMessage: number;
  /** Of its messages; less than the first while it has none. */
  lastMessage: number;
  /** The number of its last frame; less than the first while it has none. */
  lastCommit: number;
  /** Whether a record in it does not match its checksum: it is left as it is. */
  isUnsound = false;
  /** Number and offset of some of its messages, ascending. */
  #notes: number[] = [];

  constructor(path: string, header: SegmentHeader, firstMessage: number) {
    this.path = path;
    this.firstMessage = firstMessage;
    this.lastMessage = firstMessage - 1;
    this.id = header.id;
    this.lastId = header.lastId;
    this.firstCommit = header.firstCommit;
    this.lastCommit = header.firstCommit - 1;
  }

  /** A frame is on the disk, behind all that was there. */
  take(frame: Frame): void {
    for (let at = 0; at < frame.notes.length; at += 2) {
      this.note(frame.notes[at] as number, this.size + (frame.notes[at + 1] as number));
    }
    if (frame.lastMessage > 0) this.lastMessage = frame.lastMessage;
    this.lastCommit = frame.number;
    this.account.add(frame.account);
    this.size += frame.writer.length;
  }

  /** A message lies there. */
  note(number: number, offset: number): void {
    this.#notes.push(number, offset);
  }

  /** Where to start reading for a message: it lies there or behind. */
  locate(number: number): number {
    let low = 0;
    let high = this.#notes.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#notes[middle * 2] as number) <= number) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? segmentHeaderBytes : (this.#notes[low * 2 - 1] as number);
  }
}

/** Where a message is, if it is in any of these segments, which are in their order. */
export function segmentWith(segments: readonly Segment[], number: number): Segment | undefined {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle] as Segment).firstMessage <= number) low = middle + 1;
    else high = middle;
  }
  return segments[low - 1];
}
