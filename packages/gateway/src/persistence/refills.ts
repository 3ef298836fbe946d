import { KitenError } from '@kiten/codec';
import type { Queued } from '../queued.ts';
import type { Session } from '../session.ts';
import type { DiskSession } from './disk-session.ts';
import type { GroupCommit } from './group-commit.ts';
import type { MessageReader } from './message-reader.ts';

/** Sessions for which messages are read at the same time. */
const atOnce = 4;
/** Most messages, and about the most bytes of them, that are read for a session at once. */
const mostMessages = 64;
const mostBytes = 262_144;

interface Request {
  readonly session: Session;
  readonly kept: DiskSession;
}

/** Reads back what waits for sessions that can take it, a few sessions at a time, a batch for each. */
export class Refills {
  readonly #commit: GroupCommit;
  readonly #reader: MessageReader;
  readonly #lost: (session: Session, queued: Queued, error: KitenError) => void;
  readonly #failed: (error: KitenError) => void;
  readonly #requests: Request[] = [];
  /** What they wait for is still on its way to the disk. */
  #early: Request[] = [];
  #running = 0;
  #isClosed = false;
  #whenIdle: (() => void)[] = [];

  constructor(
    commit: GroupCommit,
    reader: MessageReader,
    lost: (session: Session, queued: Queued, error: KitenError) => void,
    failed: (error: KitenError) => void,
  ) {
    this.#failed = failed;
    this.#commit = commit;
    this.#reader = reader;
    this.#lost = lost;
  }

  ask(session: Session, ready: () => void): void {
    const kept = session.kept as DiskSession;
    kept.refilled = ready;
    if (kept.isRefilling) return;
    kept.isRefilling = true;
    this.#requests.push({ session, kept });
    this.#goOn();
  }

  /** Whether anything is being read. */
  get isReading(): boolean {
    return this.#running > 0;
  }

  /** Resolves when nothing is being read. */
  async idle(): Promise<void> {
    if (this.isReading) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** Serves nobody any more. Resolves when what was begun is over. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.idle();
  }

  /** More is on the disk. */
  committed(): void {
    if (this.#early.length === 0) return;
    this.#requests.push(...this.#early);
    this.#early = [];
    this.#goOn();
  }

  #goOn(): void {
    while (this.#running < atOnce && !this.#isClosed) {
      const request = this.#requests.shift();
      if (request === undefined) return;
      this.#running++;
      void this.#serve(request).finally(() => {
        this.#running--;
        this.#goOn();
        if (!this.isReading) for (const resolve of this.#whenIdle.splice(0)) resolve();
      });
    }
  }

  async #serve(request: Request): Promise<void> {
    const { session, kept } = request;
    try {
      await kept.rest.load();
    } catch (cause) {
      // What waits cannot be told without it; opening the store makes it anew.
      this.#failed(
        new KitenError('gateway/store-read-failed', 'A queue on the disk cannot be read.', { cause }),
      );
      return;
    }
    const wanted = this.#wanted(session);
    if (wanted.length === 0 && session.queued > 0) {
      this.#early.push(request);
      return;
    }
    for (const { queued, error } of await this.#reader.read(kept.number, wanted)) {
      this.#lost(session, queued, error);
    }
    kept.isRefilling = false;
    // Nobody took it: it is on the disk, should somebody come.
    if (session.connection === undefined && !session.isDeparting) session.backlog.leave();
    else kept.refilled();
  }

  /** The next messages that are not in memory and on the disk already. */
  #wanted({ backlog }: Session): Queued[] {
    const { firstPending } = this.#commit;
    const wanted: Queued[] = [];
    let bytes = 0;
    const mayTake = (): boolean => wanted.length < mostMessages && bytes < mostBytes;
    for (const queued of backlog.near) {
      if (!mayTake() || queued.message >= firstPending) return wanted;
      if (queued.delivery !== undefined) continue;
      wanted.push(queued);
      bytes += queued.bytes;
    }
    while (mayTake() && backlog.isShort && backlog.isNextBefore(firstPending)) {
      const queued = backlog.fetch() as Queued;
      wanted.push(queued);
      bytes += queued.bytes;
    }
    return wanted;
  }
}
