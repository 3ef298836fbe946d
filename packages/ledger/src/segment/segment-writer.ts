import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { KitenError } from '@kiten/codec';
import { isDiskFull, syncData, syncDirectory, writeAt, writeError } from './disk.ts';
import { pendingDirectory, segmentName } from './segment-files.ts';
import { encodeSegmentHeader, segmentHeaderBytes } from './segment-header.ts';

const zeros = Buffer.alloc(262_144);

/** What a segment writer is told once. */
export interface SegmentOptions {
  readonly directory: string;
  readonly originHash: Uint8Array;
  /** A segment that reached this many bytes is followed by the next. */
  readonly segmentBytes: number;
  /** How many bytes are filled with zeros ahead of the frames, so that a sync touches no metadata. */
  readonly preallocateBytes: number;
}

/** A place between frames. */
export interface SegmentPosition {
  /** The segment's file, below the ledger's directory. */
  readonly name: string;
  readonly offset: number;
}

/**
 * Appends frames to the last segment and goes on to the next when it is full. One write at a time.
 *
 * When room for a frame cannot be had, nothing of the frame was written and the next one may try again. When
 * writing the frame itself or a sync failed, nobody knows what the disk holds: the writer then refuses
 * everything, because a second sync would report success for pages that the first one lost.
 */
export class SegmentWriter {
  readonly #options: SegmentOptions;
  /** Opened with O_DSYNC: a write is on the disk when it returns. */
  #frames: fs.FileHandle;
  /** For the zeros, which are synced once for a whole stretch. */
  #filler: fs.FileHandle;
  #name: string;
  #tail: number;
  #allocated: number;
  #filling: Promise<void> | undefined;
  #failure: KitenError | undefined;

  private constructor(options: SegmentOptions, name: string, tail: number, files: OpenSegment) {
    this.#options = options;
    this.#name = name;
    this.#tail = tail;
    this.#allocated = files.size;
    this.#frames = files.frames;
    this.#filler = files.filler;
  }

  /** Goes on in a segment that is there, at its tail. */
  static async resume(options: SegmentOptions, at: SegmentPosition): Promise<SegmentWriter> {
    return new SegmentWriter(
      options,
      at.name,
      at.offset,
      await openSegment(join(options.directory, at.name)),
    );
  }

  /** Starts a segment. */
  static async create(
    options: SegmentOptions,
    firstIndex: number,
    chain: Uint8Array,
  ): Promise<SegmentWriter> {
    const files = await prepareSegment(options, firstIndex, chain);
    await nameSegment(options, firstIndex);
    return new SegmentWriter(options, segmentName(firstIndex), segmentHeaderBytes, files);
  }

  /** Where the next frame goes. */
  get position(): SegmentPosition {
    return { name: this.#name, offset: this.#tail };
  }

  /** Why the writer refuses everything, if it does. */
  get failure(): KitenError | undefined {
    return this.#failure;
  }

  /**
   * Writes a frame; it is on the disk when this resolves. `firstIndex` and `chain` (before the frame) head the
   * next segment if one is due.
   *
   * @throws KitenError `ledger/disk-full` or `ledger/write-failed`.
   */
  async write(frame: Buffer, firstIndex: number, chain: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const full = this.#tail > segmentHeaderBytes && this.#tail + frame.length > this.#options.segmentBytes;
    if (full) await this.#rotate(firstIndex, chain);
    while (this.#tail + frame.length > this.#allocated) await this.#fill();
    await this.#orFail(writeAt(this.#frames.fd, frame, this.#tail));
    this.#tail += frame.length;
    this.#fillAhead();
  }

  /** Cuts off what was filled ahead and closes the files. */
  async close(): Promise<void> {
    await this.#filling?.catch(() => undefined);
    try {
      if (this.#failure === undefined) await this.#trim();
    } finally {
      await this.#closeFiles();
    }
  }

  async #rotate(firstIndex: number, chain: Uint8Array): Promise<void> {
    await this.#filling?.catch(() => undefined);
    const files = await prepareSegment(this.#options, firstIndex, chain).catch((cause: unknown) => {
      throw writeError(cause);
    });
    try {
      await this.#orFail(this.#trim());
      await this.#orFail(nameSegment(this.#options, firstIndex));
    } catch (error) {
      await closeSegment(files);
      throw error;
    }
    await this.#closeFiles();
    this.#frames = files.frames;
    this.#filler = files.filler;
    this.#name = segmentName(firstIndex);
    this.#tail = segmentHeaderBytes;
    this.#allocated = files.size;
  }

  async #trim(): Promise<void> {
    await this.#filler.truncate(this.#tail);
    await this.#filler.sync();
    this.#allocated = this.#tail;
  }

  #closeFiles(): Promise<void> {
    return closeSegment({ frames: this.#frames, filler: this.#filler });
  }

  #fillAhead(): void {
    const { segmentBytes, preallocateBytes } = this.#options;
    if (this.#filling !== undefined || this.#allocated >= segmentBytes) return;
    if (this.#allocated - this.#tail > preallocateBytes / 2) return;
    // Whoever needs the room asks again and gets the error then; until then nobody is waiting for it.
    this.#fill().catch(() => undefined);
  }

  #fill(): Promise<void> {
    this.#filling ??= this.#fillOnce().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  async #fillOnce(): Promise<void> {
    const end = this.#allocated + this.#options.preallocateBytes;
    try {
      await fillWithZeros(this.#filler.fd, this.#allocated, end);
    } catch (cause) {
      if (!isDiskFull(cause)) this.#failure ??= writeError(cause);
      throw writeError(cause);
    }
    await this.#orFail(syncData(this.#filler.fd));
    this.#allocated = end;
  }

  async #orFail(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (cause) {
      this.#failure ??= writeError(cause);
      throw this.#failure;
    }
  }
}

interface OpenSegment {
  readonly frames: fs.FileHandle;
  readonly filler: fs.FileHandle;
  readonly size: number;
}

async function openSegment(path: string): Promise<OpenSegment> {
  const { O_RDWR, O_DSYNC } = fs.constants;
  const frames = await fs.open(path, O_RDWR | O_DSYNC);
  const filler = await fs.open(path, O_RDWR);
  return { frames, filler, size: (await filler.stat()).size };
}

async function closeSegment({ frames, filler }: Pick<OpenSegment, 'frames' | 'filler'>): Promise<void> {
  await frames.close();
  await filler.close();
}

async function prepareSegment(
  options: SegmentOptions,
  firstIndex: number,
  chain: Uint8Array,
): Promise<OpenSegment> {
  const path = join(options.directory, pendingDirectory, segmentName(firstIndex));
  const header = encodeSegmentHeader({ originHash: options.originHash, firstIndex, chain });
  const file = await fs.open(path, 'w', 0o600);
  try {
    await writeAt(file.fd, header, 0);
    await fillWithZeros(file.fd, header.length, options.preallocateBytes);
    await file.sync();
  } catch (error) {
    // What was filled so far must not keep the disk full.
    await fs.rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return openSegment(path);
}

async function nameSegment(options: SegmentOptions, firstIndex: number): Promise<void> {
  const name = segmentName(firstIndex);
  await fs.rename(join(options.directory, pendingDirectory, name), join(options.directory, name));
  await syncDirectory(options.directory);
}

async function fillWithZeros(fd: number, start: number, end: number): Promise<void> {
  for (let at = start; at < end; at += zeros.length) {
    await writeAt(fd, zeros.subarray(0, Math.min(zeros.length, end - at)), at);
  }
}
