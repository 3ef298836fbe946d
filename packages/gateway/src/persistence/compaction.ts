import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { close, create, readAt, syncData, syncDirectory, writeAt, writeError } from './disk.ts';
import type { DiskSession } from './disk-session.ts';
import { noteEvery } from './frame.ts';
import type { GroupCommit } from './group-commit.ts';
import { skipContent } from './message-record.ts';
import { readRecipients, type StoredRecipient, writeRecipients } from './recipients.ts';
import { recordKind } from './record-kind.ts';
import { isSound, RecordReader } from './record-reader.ts';
import { RecordWriter, recordHeaderBytes } from './record-writer.ts';
import { Segment } from './segment.ts';
import type { SegmentFiles } from './segment-files.ts';
import { encodeSegmentHeader, segmentHeaderBytes } from './segment-header.ts';
import type { SegmentLog } from './segment-log.ts';
import { damaged } from './segment-scan.ts';

const chunkBytes = 262_144;

export interface CompactionOptions {
  readonly directory: string;
  readonly pending: string;
  readonly log: SegmentLog;
  readonly files: SegmentFiles;
  readonly commit: GroupCommit;
  /** By number, those that have not ended. */
  readonly sessions: ReadonlyMap<number, DiskSession>;
}

/** A message in a segment, with those of its recipients that still wait for it; lent until the next one. */
interface Remains {
  /** The whole record. */
  readonly record: Buffer;
  readonly number: number;
  /** Where its recipients are, from the start of the record. */
  readonly recipientsAt: number;
  readonly total: number;
  readonly waiting: StoredRecipient[];
}

/** Looks for what is still needed in segments that hold nothing but messages that count, and writes it anew. */
export class Compaction {
  readonly #options: CompactionOptions;

  constructor(options: CompactionOptions) {
    this.#options = options;
  }

  /** Finds out how much of a segment is still needed. @throws KitenError `gateway/store-damaged` */
  async examine(segment: Segment): Promise<void> {
    const { account } = segment;
    const before = { ...account };
    let live = 0;
    await this.#remains(segment, ({ record }) => {
      live += record.length;
    });
    // Sessions went on meanwhile.
    account.live = Math.max(0, live - (before.live - account.live));
    account.doubtful -= before.doubtful;
  }

  /**
   * Writes what is left of some neighbouring segments into one, which takes the place of all of them.
   *
   * @throws KitenError `gateway/store-damaged`, `gateway/disk-full`, `gateway/store-write-failed`
   */
  async compact(sources: readonly Segment[]): Promise<void> {
    const { directory, pending, log, files, commit } = this.#options;
    const [first] = sources as [Segment];
    const last = sources.at(-1) as Segment;
    const header = { id: first.id, lastId: last.lastId, firstCommit: 0 };
    const target = new Segment(first.path, header, first.firstMessage);
    const before = sources.map(({ account }) => ({ ...account }));
    const path = join(pending, 'compacted');
    try {
      await this.#copy(sources, target, path);
      // What was left out is left out on the ground of records that are on the disk.
      await commit.flushed();
      await rename(path, target.path);
      await syncDirectory(directory);
    } catch (cause) {
      await rm(path, { force: true });
      throw writeError(cause);
    }
    // What sessions were done with meanwhile was taken off the accounts of the sources.
    for (const [index, { account }] of sources.entries()) {
      const { live, doubtful } = before[index] as Segment['account'];
      target.account.deliveries += account.deliveries;
      target.account.live = Math.max(0, target.account.live - (live - account.live));
      target.account.doubtful += Math.max(0, account.doubtful - doubtful);
    }
    target.lastMessage = last.lastMessage;
    log.segments.splice(log.segments.indexOf(first), sources.length, target);
    for (const source of sources) await files.forget(source);
    for (const { path: old } of sources.slice(1)) await rm(old, { force: true });
  }

  async #copy(sources: readonly Segment[], target: Segment, path: string): Promise<void> {
    const fd = await create(path);
    const writer = new RecordWriter(chunkBytes);
    let notedAt = Number.NEGATIVE_INFINITY;
    const flush = async (): Promise<void> => {
      await writeAt(fd, writer.bytes, target.size);
      target.size += writer.length;
      writer.clear();
    };
    try {
      await writeAt(fd, encodeSegmentHeader(target), 0);
      for (const source of sources) {
        await this.#remains(
          source,
          (remains) => {
            const at = target.size + writer.length;
            if (at - notedAt >= noteEvery) {
              target.note(remains.number, at);
              notedAt = at;
            }
            target.account.live += write(writer, remains);
          },
          async () => {
            if (writer.length >= chunkBytes / 2) await flush();
          },
        );
      }
      await flush();
      await syncData(fd);
    } finally {
      await close(fd);
    }
  }

  /** Shows the messages that somebody waits for, in order; `between` is awaited between chunks. */
  async #remains(
    segment: Segment,
    see: (remains: Remains) => void,
    between: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    try {
      await this.#options.files.use(segment, async (fd) => {
        let offset = segmentHeaderBytes;
        for (let wanted = chunkBytes; offset < segment.size; ) {
          const bytes = Buffer.allocUnsafe(Math.min(wanted, segment.size - offset));
          const length = await readAt(fd, bytes, offset);
          const used = this.#records(bytes.subarray(0, length), see);
          if (used < 0 || length < bytes.length)
            throw damaged(segment.path, offset, 'A record does not match its checksum.');
          offset += used;
          // A record that is larger than a chunk.
          wanted = used > 0 ? chunkBytes : recordHeaderBytes + bytes.readUInt32BE(0);
          await between();
        }
      });
    } catch (error) {
      segment.isUnsound = true;
      throw error;
    }
  }

  /** Goes over the whole records at the start; returns how many bytes they are, or −1 if one is not sound. */
  #records(bytes: Buffer, see: (remains: Remains) => void): number {
    const reader = new RecordReader();
    let at = 0;
    while (bytes.length - at >= recordHeaderBytes) {
      const end = at + recordHeaderBytes + bytes.readUInt32BE(at);
      if (end > bytes.length) break;
      if (end === at + recordHeaderBytes || !isSound(bytes, at, end)) return -1;
      reader.open(bytes, at + recordHeaderBytes, end);
      if (reader.byte() === recordKind.message) {
        const remains = this.#remainsOf(bytes.subarray(at, end), reader, at);
        if (remains.waiting.length > 0) see(remains);
      }
      at = end;
    }
    return at;
  }

  #remainsOf(record: Buffer, reader: RecordReader, start: number): Remains {
    const number = reader.integer();
    skipContent(reader);
    const recipientsAt = reader.offset - start;
    const waiting: StoredRecipient[] = [];
    let total = 0;
    readRecipients(reader, (recipient) => {
      total++;
      const session = this.#options.sessions.get(recipient.session);
      if (session !== undefined && !session.finished.has(recipient.sequence)) waiting.push({ ...recipient });
    });
    return { record, number, recipientsAt, total, waiting };
  }
}

/** Writes a message for those that still wait for it. @returns the bytes of its record */
function write(writer: RecordWriter, { record, recipientsAt, total, waiting }: Remains): number {
  if (waiting.length === total) {
    writer.raw(record);
    return record.length;
  }
  writer.begin(recordKind.message);
  writer.raw(record.subarray(recordHeaderBytes + 1, recipientsAt));
  writeRecipients(writer, waiting);
  return writer.end();
}
