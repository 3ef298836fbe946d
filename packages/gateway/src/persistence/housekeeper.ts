import { rm } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';
import type { Compaction } from './compaction.ts';
import { writeError } from './disk.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Segment } from './segment.ts';
import type { SegmentFiles } from './segment-files.ts';
import type { SegmentLog } from './segment-log.ts';
import type { Snapshot } from './snapshot.ts';

/** Milliseconds from a write to a look at what can be cleared away. */
const pause = 50;
/** Segments that are made into one at once. */
const mostTogether = 16;
/** Milliseconds after which what failed is tried again. */
const retryAfter = 5_000;

export interface HousekeeperOptions {
  readonly log: SegmentLog;
  readonly files: SegmentFiles;
  readonly commit: GroupCommit;
  readonly segmentBytes: number;
  readonly snapshot: Snapshot;
  readonly compaction: Compaction;
  readonly failed: (error: KitenError) => void;
}

/**
 * Keeps the disk in proportion to what is needed of it (docs/session-store.md, "Room"), one thing at a time and beside
 * everything else: segments that nobody needs are deleted; what is left of those mostly dead goes into new ones; and
 * the state of sessions is written anew once there is too much of its history.
 */
export class Housekeeper {
  readonly #options: HousekeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: HousekeeperOptions) {
    this.#options = options;
  }

  /** Something was written, or is not needed any more. */
  wake(delay = pause): void {
    if (this.#isClosed || this.#running !== undefined) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#run().finally(() => {
        this.#running = undefined;
      });
    }, delay).unref();
  }

  /** Clears away all that can be, now. */
  async tidy(): Promise<void> {
    await this.#running;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isClosed && (await this.#tidied()));
    } catch (error) {
      // What is left is cleared away once the store is open again.
      if (this.#isClosed && error instanceof KitenError && error.code === 'gateway/store-closed') return;
      this.#options.failed(writeError(error));
      this.#running = undefined;
      this.wake(retryAfter);
    }
  }

  /** Does the next thing that is due; says whether there was one. */
  async #tidied(): Promise<boolean> {
    const { log, snapshot, compaction } = this.#options;
    const old = this.#old();
    const dead = old.find(({ account }) => account.deliveries === 0);
    if (dead !== undefined) {
      await this.#remove(dead);
      return true;
    }
    if (this.#hasLongHistory()) {
      await snapshot.take();
      return true;
    }
    const doubtful = old.find((segment) => this.#isDoubtful(segment));
    if (doubtful !== undefined) {
      await compaction.examine(doubtful);
      return true;
    }
    // What is left of segments needs room of its own before it gives any back.
    const together = log.isFull ? [] : this.#mostlyDead(old);
    if (together.length > 0) await compaction.compact(together);
    return together.length > 0;
  }

  /** The segments in front of where the state starts: of them, only messages that somebody waits for are needed. */
  #old(): Segment[] {
    const { log, snapshot } = this.#options;
    const end = log.segments.findIndex(
      (segment) => segment === log.active || segment.lastCommit >= snapshot.start.commit,
    );
    return log.segments.slice(0, end);
  }

  async #remove(segment: Segment): Promise<void> {
    const { log, files, commit } = this.#options;
    // Nobody needs it on the ground of records that are on the disk.
    await commit.flushed();
    log.segments.splice(log.segments.indexOf(segment), 1);
    await files.forget(segment);
    await rm(segment.path, { force: true });
    void log.fillAhead();
  }

  /** Whether, from where the state starts, there is so much that is not needed that writing the state anew pays. */
  #hasLongHistory(): boolean {
    const { log, snapshot, segmentBytes } = this.#options;
    let size = 0;
    let live = 0;
    for (const segment of log.segments) {
      if (segment.lastCommit < snapshot.start.commit) continue;
      size += segment.size;
      live += segment.account.atLeastLive;
    }
    const enough = Math.max(2 * segmentBytes, 2 * snapshot.bytes);
    return (size - live > enough || size > 4 * enough) && snapshot.isPossible;
  }

  /** Whether only a look can tell if half of it is still needed, and enough has changed since the last one. */
  #isDoubtful({ account, size, isUnsound }: Segment): boolean {
    return !isUnsound && account.doubtful >= size / 8 && account.atLeastLive < size / 2;
  }

  /** Neighbours whose remains go into one segment: one that is mostly dead, or small ones. */
  #mostlyDead(old: readonly Segment[]): Segment[] {
    for (let first = 0; first < old.length; first++) {
      const together = this.#neighbours(old, first);
      if (together.length > 1 || (together.length === 1 && isDue(old[first] as Segment))) return together;
    }
    return [];
  }

  /** Segments in a row that make up less than half a one together, or at most a whole one if they are mostly dead. */
  #neighbours(old: readonly Segment[], first: number): Segment[] {
    const { segmentBytes } = this.#options;
    const together: Segment[] = [];
    let live = 0;
    for (const next of old.slice(first, first + mostTogether)) {
      live += next.account.live;
      if (next.isUnsound || live > (isDue(next) ? segmentBytes : segmentBytes / 2)) break;
      together.push(next);
    }
    return together;
  }
}

function isDue({ account, size }: Segment): boolean {
  return account.live < size / 2;
}
