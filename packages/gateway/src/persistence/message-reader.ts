import { KitenError } from '@kiten/codec';
import type { DeviceRecord } from '../device-record.ts';
import type { Queued } from '../queued.ts';
import { readAt } from './disk.ts';
import { noteEvery } from './frame.ts';
import { readContent } from './message-record.ts';
import { deliveryOf, findRecipient } from './recipients.ts';
import { recordKind } from './record-kind.ts';
import { isSound, RecordReader } from './record-reader.ts';
import { recordHeaderBytes } from './record-writer.ts';
import type { Segment } from './segment.ts';
import { segmentWith } from './segment.ts';
import type { SegmentFiles } from './segment-files.ts';

const chunkBytes = 4 * noteEvery;

/** Reads messages back that are on the disk. */
export class MessageReader {
  readonly #segments: () => readonly Segment[];
  readonly #files: SegmentFiles;
  readonly #publisherOf: (id: string) => DeviceRecord;

  constructor(
    segments: () => readonly Segment[],
    files: SegmentFiles,
    publisherOf: (id: string) => DeviceRecord,
  ) {
    this.#segments = segments;
    this.#files = files;
    this.#publisherOf = publisherOf;
  }

  /**
   * Reads what was to be delivered to one session, `wanted` in ascending order of messages, into its places.
   *
   * @returns those that cannot be read, each with the reason
   */
  async read(session: number, wanted: readonly Queued[]): Promise<{ queued: Queued; error: KitenError }[]> {
    const lost: { queued: Queued; error: KitenError }[] = [];
    for (let at = 0; at < wanted.length; ) {
      const segment = segmentWith(this.#segments(), (wanted[at] as Queued).message);
      let end = at + 1;
      while (end < wanted.length && this.#isIn(segment, wanted[end] as Queued)) end++;
      const batch = wanted.slice(at, end);
      at = end;
      const cursor = segment === undefined ? undefined : new Cursor(segment);
      for (const queued of batch) {
        if (cursor !== undefined && (await this.#isRead(session, queued, cursor).catch(() => false)))
          continue;
        const error = await this.#readAnew(session, queued);
        if (error !== undefined) lost.push({ queued, error });
      }
    }
    return lost;
  }

  async #isRead(session: number, queued: Queued, cursor: Cursor): Promise<boolean> {
    const isFound = await this.#files.use(cursor.segment, (fd) => cursor.find(fd, queued.message));
    return isFound && this.#decode(session, queued, cursor);
  }

  /** A message may have moved while it was looked for: then it is looked for again. */
  async #readAnew(session: number, queued: Queued): Promise<KitenError | undefined> {
    let cause: unknown;
    for (let last: Segment | undefined; ; ) {
      const segment = segmentWith(this.#segments(), queued.message);
      if (segment === undefined || segment === last) return unreadable(queued, cause);
      last = segment;
      try {
        if (await this.#isRead(session, queued, new Cursor(segment))) return undefined;
      } catch (error) {
        cause = error;
      }
    }
  }

  #isIn(segment: Segment | undefined, { message }: Queued): boolean {
    return segmentWith(this.#segments(), message) === segment;
  }

  #decode(session: number, queued: Queued, { reader }: Cursor): boolean {
    const { message } = readContent(reader, this.#publisherOf);
    const recipient = findRecipient(reader, session, queued.sequence);
    if (recipient === undefined) return false;
    queued.delivery = deliveryOf(message, recipient);
    return true;
  }
}

/** A place in a segment from which records are read on. */
class Cursor {
  readonly segment: Segment;
  readonly reader = new RecordReader();
  #bytes: Buffer = Buffer.alloc(0);
  /** Of the first byte, in the segment. */
  #start = 0;
  #offset = 0;

  constructor(segment: Segment) {
    this.segment = segment;
  }

  /** Goes on to a message; then the reader stands behind its number. False: it is not where it would be. */
  async find(fd: number, number: number): Promise<boolean> {
    const near = this.segment.locate(number);
    if (near > this.#offset) this.#offset = near;
    for (;;) {
      if (!this.#has(recordHeaderBytes)) await this.#read(fd, recordHeaderBytes);
      const at = this.#offset - this.#start;
      if (this.#bytes.length - at < recordHeaderBytes) return false;
      const length = recordHeaderBytes + this.#bytes.readUInt32BE(at);
      if (length === recordHeaderBytes || this.#offset + length > this.segment.size) return false;
      if (!this.#has(length)) await this.#read(fd, length);
      const start = this.#offset - this.#start;
      const end = start + length;
      if (end > this.#bytes.length) return false;
      const { reader } = this;
      reader.open(this.#bytes, start + recordHeaderBytes, end);
      if (reader.byte() === recordKind.message) {
        const found = reader.integer();
        if (found > number) return false;
        if (found === number) return isSound(this.#bytes, start, end);
      }
      this.#offset += length;
    }
  }

  /** Whether so many bytes from the offset on are in memory. */
  #has(length: number): boolean {
    return this.#offset >= this.#start && this.#offset + length <= this.#start + this.#bytes.length;
  }

  /** Reads so many bytes from the offset on, or more, as far as the segment has them. */
  async #read(fd: number, length: number): Promise<void> {
    const rest = this.segment.size - this.#offset;
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(rest, Math.max(length, chunkBytes))));
    const read = await readAt(fd, bytes, this.#offset);
    this.#bytes = bytes.subarray(0, read);
    this.#start = this.#offset;
  }
}

function unreadable({ message }: Queued, cause: unknown): KitenError {
  const text = `Message ${message} of the session store cannot be read: it is lost.`;
  return new KitenError('gateway/store-damaged', text, { cause });
}
