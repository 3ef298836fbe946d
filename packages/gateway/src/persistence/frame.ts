import { Account } from './account.ts';
import { recordKind } from './record-kind.ts';
import type { RecordReader } from './record-reader.ts';
import { RecordWriter, recordHeaderBytes } from './record-writer.ts';

/** Bytes of the record that heads a frame. */
export const commitRecordBytes = recordHeaderBytes + 1 + 8 + 8 + 4;
/** Messages are noted down by their place once in so many bytes: from the note before, they are found by reading. */
export const noteEvery = 16_384;

/** What heads a frame: the commit record (docs/session-store.md, "Frame"). */
export interface Commit {
  /** One more than that of the frame before. */
  readonly number: number;
  /** When it was written, milliseconds since the Unix epoch, on the scale by which stored things expire. */
  readonly at: number;
  /** Bytes of the records that follow. */
  readonly length: number;
}

/** Records that go to the disk together, with one write and one sync. All of it counts, or nothing. */
export class Frame {
  readonly writer = new RecordWriter(65_536);
  account = new Account();
  /** One more than that of the frame before. */
  number = 0;
  /** How many records were handed over to the store up to its end. */
  position = 0;
  /** Of its messages; infinite while it has none. */
  firstMessage = Number.POSITIVE_INFINITY;
  /** 0 while it has none. */
  lastMessage = 0;
  /** Number and offset of some of its messages, the first one included. */
  notes: number[] = [];
  #notedAt = Number.NEGATIVE_INFINITY;

  /** Makes it ready for other records, in the memory it has. */
  clear(number: number): this {
    this.number = number;
    this.writer.clear();
    this.account = new Account();
    this.firstMessage = Number.POSITIVE_INFINITY;
    this.lastMessage = 0;
    this.notes = [];
    this.#notedAt = Number.NEGATIVE_INFINITY;
    this.writer.begin(recordKind.commit);
    for (let byte = 0; byte < 20; byte++) this.writer.byte(0);
    return this;
  }

  get isEmpty(): boolean {
    return this.writer.length === commitRecordBytes;
  }

  /** A message begins here. */
  note(number: number): void {
    const { length } = this.writer;
    if (this.lastMessage === 0) this.firstMessage = number;
    this.lastMessage = number;
    if (length - this.#notedAt < noteEvery) return;
    this.#notedAt = length;
    this.notes.push(number, length);
  }

  /** Completes its head. @returns its bytes */
  seal(at: number): Buffer {
    const { writer, number } = this;
    writer.setUint64(recordHeaderBytes + 1, number);
    writer.setUint64(recordHeaderBytes + 9, at);
    writer.setUint32(recordHeaderBytes + 17, writer.length - commitRecordBytes);
    writer.seal(0, commitRecordBytes);
    return writer.bytes;
  }
}

/** Reads the commit record that the reader stands in, behind its kind. */
export function readCommit(reader: RecordReader): Commit {
  return { number: reader.uint64(), at: reader.uint64(), length: reader.uint32() };
}
