import type { Message } from '../message.ts';
import type { Session } from '../session.ts';
import type { DiskSession } from './disk-session.ts';
import type { GroupCommit } from './group-commit.ts';
import type { SegmentLog } from './segment-log.ts';
import { type StateStart, writeStateStart } from './state-start.ts';

/** Bytes that are handed over in one turn of the loop. */
const stretch = 65_536;

export interface SnapshotOptions {
  readonly directory: string;
  readonly pending: string;
  readonly log: SegmentLog;
  readonly commit: GroupCommit;
  readonly start: StateStart;
  readonly sessions: () => Iterable<Session>;
  readonly retained: () => Iterable<Message>;
  /** Hands a retained message over once more. */
  readonly retain: (message: Message) => void;
  /** What comes next. */
  readonly numbers: () => { readonly nextSession: number; readonly nextMessage: number };
}

/**
 * Writes the state anew, among all else that is written: each session and retained message once, as it is at that
 * moment. What happens meanwhile is written behind or in front of it and comes to the same. When all of it is on the
 * disk, what was said before it began is not needed any more.
 */
export class Snapshot {
  /** From where on the log tells the state. */
  start: StateStart;
  /** How large the last one was. */
  bytes = 0;
  readonly #options: SnapshotOptions;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    this.start = options.start;
  }

  /** Whether there is room for one like the last. */
  get isPossible(): boolean {
    const { log, commit } = this.#options;
    return !log.isFull || commit.pendingBytes + 2 * this.bytes < log.room;
  }

  async take(): Promise<void> {
    const { commit, directory, pending, sessions, retained, retain, numbers } = this.#options;
    const start = { commit: commit.nextCommit, ...numbers() };
    let bytes = 0;
    for (const { kept } of sessions()) {
      const session = kept as DiskSession | undefined;
      // Those that came later are written down behind the start.
      if (session === undefined || session.number >= start.nextSession) continue;
      bytes = await this.#paced(bytes, () => session.writeAll());
    }
    for (const message of retained()) bytes = await this.#paced(bytes, () => retain(message));
    await commit.flushed();
    await writeStateStart(directory, pending, start);
    this.start = start;
    this.bytes = bytes;
  }

  async #paced(before: number, write: () => void): Promise<number> {
    const { commit } = this.#options;
    const pendingBytes = commit.pendingBytes;
    write();
    const after = before + commit.pendingBytes - pendingBytes;
    if (Math.floor(after / stretch) > Math.floor(before / stretch)) await commit.flushed();
    return after;
  }
}
