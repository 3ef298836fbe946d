import { KitenError } from '@kiten/codec';
import type { Account } from './account.ts';
import { commitRecordBytes, Frame } from './frame.ts';
import type { RecordWriter } from './record-writer.ts';
import { segmentWith } from './segment.ts';
import type { SegmentLog } from './segment-log.ts';

/** A frame that has reached this is followed by the next, at the next message. */
const largeFrame = 524_288;
/** Milliseconds: what nobody waits for is written with what others wait for, or after so long. */
const patience = 20;
/** Milliseconds after which a write that failed is tried again. */
const retryAfter = 250;

export interface GroupCommitOptions {
  readonly log: SegmentLog;
  /** The number of the first frame. */
  readonly nextCommit: number;
  /** Milliseconds since the Unix epoch, on the scale by which stored things expire. */
  readonly now: () => number;
  /** Called before a frame is written: what was put off until then belongs into it. */
  readonly gatherRest: () => void;
  /** More is on the disk. */
  readonly committed: () => void;
  /** A write failed; it is tried again. */
  readonly failed: (error: KitenError) => void;
}

interface Flush {
  readonly accepted: number;
  readonly resolve: () => void;
  readonly reject: (error: KitenError) => void;
}

/**
 * Gathers the records of a turn of the loop, and of all turns while a write is under way, into one frame, so that
 * they share one write and one sync: the slower the disk, the larger the frames.
 */
export class GroupCommit {
  /** Records handed over. */
  accepted = 0;
  /** How many of them are on the disk. */
  durable = 0;
  /** Bytes handed over and not on the disk. */
  pendingBytes = 0;
  readonly #options: GroupCommitOptions;
  /** The oldest first; the last is being gathered, the first may be being written. */
  readonly #frames: Frame[];
  #nextFrame: number;
  #isWriting = false;
  #isScheduled = false;
  #timer: NodeJS.Timeout | undefined;
  #whenIdle: (() => void)[] = [];
  #flushes: Flush[] = [];
  #spare: Frame | undefined;
  #isClosing = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#nextFrame = options.nextCommit;
    this.#frames = [this.#newFrame()];
  }

  /** The first message that is not on the disk has this number or a larger one. */
  get firstPending(): number {
    for (const { firstMessage } of this.#frames) {
      if (firstMessage !== Number.POSITIVE_INFINITY) return firstMessage;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** The number that the frame gets which is being gathered. */
  get nextCommit(): number {
    return (this.#frames.at(-1) as Frame).number;
  }

  /**
   * Resolves when all that was handed over so far is on the disk.
   *
   * @throws KitenError `gateway/store-closed` if that will not be, because nothing more is written
   */
  async flushed(): Promise<void> {
    this.#options.gatherRest();
    const { accepted } = this;
    if (this.durable >= accepted) return;
    if (this.#isClosing) throw closed();
    this.wake(true);
    await new Promise<void>((resolve, reject) => this.#flushes.push({ accepted, resolve, reject }));
  }

  /** Where to write the record of a message; {@link taken} it must be. */
  beginMessage(number: number): { writer: RecordWriter; account: Account } {
    let frame = this.#frames.at(-1) as Frame;
    if (frame.writer.length >= largeFrame) {
      frame.position = this.accepted;
      frame = this.#newFrame();
      this.#frames.push(frame);
    }
    frame.note(number);
    return frame;
  }

  /** Where to write a record about a session; {@link taken} it must be. */
  beginState(): RecordWriter {
    return (this.#frames.at(-1) as Frame).writer;
  }

  /** A record of so many bytes is complete. `isAwaited`: somebody waits for it to be on the disk. */
  taken(bytes: number, isAwaited: boolean): void {
    this.accepted++;
    this.pendingBytes += bytes;
    this.wake(isAwaited);
  }

  /** There is something to write, or will be in {@link GroupCommitOptions.gatherRest}. */
  wake(isAwaited: boolean): void {
    if (this.#isWriting || this.#isScheduled || this.#isClosing) return;
    if (!isAwaited) {
      this.#timer ??= setTimeout(() => this.#schedule(), patience).unref();
      return;
    }
    this.#schedule();
  }

  /** What is known of the records that the message is among. */
  accountOf(number: number): Account | undefined {
    for (let index = this.#frames.length - 1; index >= 0; index--) {
      const frame = this.#frames[index] as Frame;
      if (frame.firstMessage <= number) return frame.account;
    }
    return segmentWith(this.#options.log.segments, number)?.account;
  }

  /** Resolves when all that was handed over is on the disk, or when it cannot be written. Nothing follows. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    if (!this.#isWriting) void this.#run();
    if (this.#isWriting) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (!this.#isWriting) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isWriting = true;
    for (;;) {
      this.#options.gatherRest();
      const frame = this.#frames[0] as Frame;
      if (frame.isEmpty) break;
      if (this.#frames.length === 1) {
        frame.position = this.accepted;
        this.#frames.push(this.#newFrame());
      }
      if (!(await this.#isWritten(frame))) break;
      this.#frames.shift();
      this.#options.log.take(frame);
      this.durable = frame.position;
      this.pendingBytes -= frame.writer.length - commitRecordBytes;
      this.#spare = frame;
      this.#options.committed();
      this.#flush();
    }
    this.#isWriting = false;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
    if (this.#isClosing) for (const { reject } of this.#flushes.splice(0)) reject(closed());
  }

  #flush(): void {
    if (this.#flushes.length === 0) return;
    const waiting = this.#flushes;
    this.#flushes = waiting.filter(({ accepted }) => accepted > this.durable);
    for (const { accepted, resolve } of waiting) if (accepted <= this.durable) resolve();
  }

  /** Tries for as long as it takes: nobody was told that it is on the disk. */
  async #isWritten(frame: Frame): Promise<boolean> {
    for (;;) {
      try {
        await this.#options.log.write(frame, this.#options.now());
        return true;
      } catch (error) {
        if (!(error instanceof KitenError)) throw error;
        this.#options.failed(error);
        if (this.#isClosing) return false;
        await new Promise<void>((resolve) => setTimeout(resolve, retryAfter));
      }
    }
  }

  #newFrame(): Frame {
    const frame = this.#spare ?? new Frame();
    this.#spare = undefined;
    return frame.clear(this.#nextFrame++);
  }
}

function closed(): KitenError {
  return new KitenError('gateway/store-closed', 'The session store is closed.');
}
