import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  close,
  create,
  fillWithZeros,
  isDiskFull,
  syncData,
  syncDirectory,
  truncate,
  writeAt,
  writeError,
} from './disk.ts';
import type { Frame } from './frame.ts';
import { Segment, segmentName } from './segment.ts';
import { encodeSegmentHeader, segmentHeaderBytes } from './segment-header.ts';

/** Where files are written before they get their name; what lies there counts for nothing. */
export const pendingDirectory = 'pending';

const largestStretch = 1_048_576;
/** Milliseconds after which a full disk is asked again. */
const askAgainAfter = 250;

/** A file that is written to, up to where it is filled with zeros. */
interface OpenFile {
  readonly fd: number;
  filled: number;
}

/**
 * Appends frames to the last segment and goes on to the next when it is full. One write at a time, into space that
 * was filled with zeros before: having that room is what a message is promised by, and a sync touches no metadata.
 *
 * When a write or a sync fails for another reason than room, nobody knows what the disk holds of that frame, and a
 * second sync would report success for pages that the first one lost. The segment is left as it is then, and the
 * frame goes to the next one, whose header says that it is the one that counts.
 */
export class SegmentLog {
  /** In the order of what they hold; the last is written to. */
  readonly segments: Segment[];
  readonly #directory: string;
  readonly #segmentBytes: number;
  readonly #stretch: number;
  #file: OpenFile;
  #next: OpenFile | undefined;
  #filling: Promise<void> | undefined;
  #isBroken = false;
  #isFull = false;
  #asking: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(directory: string, segmentBytes: number, segments: Segment[], file: OpenFile) {
    this.#directory = directory;
    this.#segmentBytes = segmentBytes;
    this.#stretch = stretchOf(segmentBytes);
    this.segments = segments;
    this.#file = file;
  }

  /**
   * Starts a segment behind those that there are.
   *
   * @throws KitenError `gateway/disk-full`, `gateway/store-write-failed`
   */
  static async open(
    options: { readonly directory: string; readonly segmentBytes: number },
    segments: Segment[],
    nextCommit: number,
  ): Promise<SegmentLog> {
    const { directory, segmentBytes } = options;
    try {
      const file = await prepare(directory, stretchOf(segmentBytes));
      segments.push(await begin(directory, file, segments.at(-1), nextCommit));
      return new SegmentLog(directory, segmentBytes, segments, file);
    } catch (cause) {
      throw writeError(cause);
    }
  }

  get active(): Segment {
    return this.segments.at(-1) as Segment;
  }

  /** Whether the disk had no room for more when it was asked last. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Bytes that can be written whatever becomes of the disk's room. */
  get room(): number {
    const rest = this.#file.filled - this.active.size;
    return Math.max(0, rest) + (this.#next === undefined ? 0 : this.#next.filled - segmentHeaderBytes);
  }

  /**
   * Writes a frame; it is on the disk when this resolves, and {@link take} has to be told. Otherwise it does not count,
   * and may be tried again.
   *
   * @throws KitenError `gateway/disk-full`, `gateway/store-write-failed`
   */
  async write(frame: Frame, at: number): Promise<void> {
    try {
      const { length } = frame.writer;
      const isOver = this.active.size + length > this.#segmentBytes && this.active.size > segmentHeaderBytes;
      if (isOver || this.#isBroken) await this.#goOn(frame.number);
      while (this.active.size + length > this.#file.filled) await this.#fill(false);
      const bytes = frame.seal(at);
      await this.#orBroken(writeAt(this.#file.fd, bytes, this.active.size), false);
      await this.#orBroken(syncData(this.#file.fd), true);
    } catch (cause) {
      throw writeError(cause);
    }
  }

  /** A frame that was written is part of the last segment. */
  take(frame: Frame): void {
    this.active.take(frame);
    if (!this.#isFull) void this.fillAhead();
  }

  /** Sees to it that there is room ahead. Resolves when there is, or when the disk has none. */
  async fillAhead(): Promise<void> {
    const isLast = this.#file.filled >= this.#segmentBytes;
    if (isLast ? this.#next !== undefined : this.#file.filled - this.active.size >= this.#stretch / 2) return;
    // Whoever needs the room asks again and gets the error then.
    await this.#fill(isLast).catch(() => undefined);
    if (this.#isFull) this.#askAgain();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#asking);
    await this.#filling?.catch(() => undefined);
    try {
      if (!this.#isBroken) await truncate(this.#file.fd, this.active.size);
    } finally {
      await close(this.#file.fd);
      if (this.#next !== undefined) await close(this.#next.fd);
    }
  }

  async #goOn(firstCommit: number): Promise<void> {
    while (this.#next === undefined) await this.#fill(true);
    const before = this.#file;
    const last = this.active;
    this.segments.push(await begin(this.#directory, this.#next, last, firstCommit));
    this.#file = this.#next;
    this.#next = undefined;
    this.#isBroken = false;
    // If the zeros that were filled ahead stay, they stay: zeros behind the last frame say nothing.
    await truncate(before.fd, last.size).catch(() => undefined);
    await close(before.fd).catch(() => undefined);
  }

  #askAgain(): void {
    if (this.#isClosed || this.#asking !== undefined) return;
    this.#asking = setTimeout(() => {
      this.#asking = undefined;
      void this.fillAhead();
    }, askAgainAfter).unref();
  }

  /** Fills one more stretch of the segment, or the first one of the next; one at a time, whichever was asked for first. */
  #fill(isNext: boolean): Promise<void> {
    this.#filling ??= this.#filled(isNext ? this.#prepareNext() : this.#extend());
    return this.#filling;
  }

  async #filled(work: Promise<void>): Promise<void> {
    try {
      await work;
      this.#isFull = false;
    } catch (cause) {
      if (isDiskFull(cause)) this.#isFull = true;
      throw cause;
    } finally {
      this.#filling = undefined;
    }
  }

  async #prepareNext(): Promise<void> {
    this.#next = await prepare(this.#directory, this.#stretch);
  }

  async #extend(): Promise<void> {
    const file = this.#file;
    const end = file.filled + this.#stretch;
    await fillWithZeros(file.fd, file.filled, end);
    await syncData(file.fd);
    file.filled = end;
  }

  /** After a failed sync, whatever its reason, nobody knows what the disk holds. */
  async #orBroken(work: Promise<void>, isSync: boolean): Promise<void> {
    try {
      await work;
    } catch (cause) {
      if (isDiskFull(cause)) this.#isFull = true;
      if (isSync || !isDiskFull(cause)) this.#isBroken = true;
      throw cause;
    }
  }
}

function stretchOf(segmentBytes: number): number {
  return Math.min(largestStretch, segmentBytes);
}

/** A file without a name yet, filled with zeros. */
async function prepare(directory: string, stretch: number): Promise<OpenFile> {
  const path = join(directory, pendingDirectory, 'next');
  const fd = await create(path);
  try {
    await fillWithZeros(fd, 0, stretch);
    await syncData(fd);
    return { fd, filled: stretch };
  } catch (error) {
    // What was filled so far must not keep the disk full.
    await close(fd);
    await rm(path, { force: true });
    throw error;
  }
}

/** Gives a prepared file its head and its name, as the next segment. */
async function begin(
  directory: string,
  file: OpenFile,
  before: Segment | undefined,
  firstCommit: number,
): Promise<Segment> {
  const id = (before?.lastId ?? 0) + 1;
  const header = { id, lastId: id, firstCommit };
  const path = join(directory, segmentName(id));
  await writeAt(file.fd, encodeSegmentHeader(header), 0);
  await syncData(file.fd);
  await rename(join(directory, pendingDirectory, 'next'), path);
  await syncDirectory(directory);
  return new Segment(path, header, (before?.lastMessage ?? 0) + 1);
}
