import type { Queued } from '../queued.ts';
import type { Session } from '../session.ts';
import type { Subscription } from '../subscriptions.ts';
import type { GroupCommit } from './group-commit.ts';
import { QueueIndex } from './queue-index.ts';
import type { Reaper } from './reaper.ts';
import { recordKind } from './record-kind.ts';
import type { RecordWriter } from './record-writer.ts';
import type { ScratchFile } from './scratch-file.ts';
import { SequenceSet } from './sequence-set.ts';
import {
  type StoredProgress,
  type StoredWill,
  writeBare,
  writeDiscarded,
  writeDone,
  writeIdentifier,
  writeLifeOf,
  writeSession,
  writeSubscribed,
  writeUnderWay,
  writeUnsubscribed,
  writeWill,
} from './state-records.ts';
import type { KeptSession } from './store.ts';

/** What the sessions of a disk store share. */
export interface SessionDesk {
  readonly commit: GroupCommit;
  readonly scratch: ScratchFile;
  readonly reaper: Reaper;
  /** Sessions with something to be noted before the next write. */
  readonly unnoted: Set<DiskSession>;
  /** By number, those that have not ended. */
  readonly sessions: Map<number, DiskSession>;
  readonly willOf: (session: Session) => StoredWill | undefined;
}

/** A session on the disk: every change of it becomes a record. */
export class DiskSession implements KeptSession, StoredProgress {
  readonly session: Session;
  readonly number: number;
  nextSequence: number;
  /** The messages that the session is done with. */
  readonly finished: SequenceSet;
  /** Grows when everything is discarded: what was offered before is not for the session any more. */
  discards = 0;
  isRefilling = false;
  /** Called when what was asked for is at hand. */
  refilled: () => void = () => undefined;
  #rest: QueueIndex;
  /** Ranges of messages that it is done with and that no record says so of yet. */
  #unnoted: number[] = [];
  #hasWill = false;
  readonly #desk: SessionDesk;

  constructor(
    desk: SessionDesk,
    session: Session,
    progress: StoredProgress,
    rest: QueueIndex = new QueueIndex(desk.scratch),
  ) {
    this.#desk = desk;
    this.session = session;
    this.number = progress.number;
    this.nextSequence = progress.nextSequence;
    this.finished = progress.finished;
    this.#rest = rest;
    this.#hasWill = true;
    desk.sessions.set(this.number, this);
  }

  static create(desk: SessionDesk, session: Session, number: number): DiskSession {
    const created = new DiskSession(desk, session, { number, nextSequence: 1, finished: new SequenceSet() });
    created.writeAll();
    return created;
  }

  get rest(): QueueIndex {
    return this.#rest;
  }

  /** Writes everything down anew. */
  writeAll(): void {
    const will = this.#desk.willOf(this.session);
    this.#hasWill = will !== undefined;
    this.#unnoted = [];
    this.#state(true, (writer) => writeSession(writer, this.session, this, will));
  }

  lives(): void {
    const will = this.#desk.willOf(this.session);
    this.#state(false, (writer) => writeLifeOf(writer, this.number, this.session));
    if (will !== undefined) this.#state(false, (writer) => writeWill(writer, this.number, will));
    else if (this.#hasWill)
      this.#state(false, (writer) => writeBare(writer, recordKind.willGone, this.number));
    this.#hasWill = will !== undefined;
  }

  subscribed(subscription: Subscription): void {
    this.#state(true, (writer) => writeSubscribed(writer, this.number, subscription));
  }

  unsubscribed(filter: string): void {
    this.#state(true, (writer) => writeUnsubscribed(writer, this.number, filter));
  }

  sent(queued: Queued): void {
    const qos = queued.delivery?.qos;
    const awaits = qos === 2 ? 'pubrec' : 'puback';
    this.#state(qos === 2, (writer) =>
      writeUnderWay(writer, recordKind.sent, this.number, { id: queued.packetId, awaits, queued }),
    );
  }

  received(queued: Queued, packetId: number): void {
    this.#finish(queued);
    this.#state(true, (writer) =>
      writeUnderWay(writer, recordKind.received, this.number, { id: packetId, awaits: 'pubcomp', queued }),
    );
  }

  completed(packetId: number): void {
    this.#state(false, (writer) => writeIdentifier(writer, recordKind.completed, this.number, packetId));
  }

  done(queued: Queued): void {
    if (!this.#finish(queued)) return;
    const { sequence } = queued;
    const last = this.#unnoted.length - 1;
    if (last > 0 && this.#unnoted[last] === sequence) this.#unnoted[last] = sequence + 1;
    else this.#unnoted.push(sequence, sequence + 1);
    this.#desk.unnoted.add(this);
    this.#desk.commit.wake(false);
  }

  /** Puts into a record what the session was done with since the last one. */
  note(): void {
    const ranges = this.#unnoted;
    if (ranges.length === 0) return;
    this.#unnoted = [];
    this.#state(false, (writer) => writeDone(writer, this.number, ranges));
  }

  discarded(): void {
    const { unreleased, window } = this.session;
    const isIdle = this.finished.floor === this.nextSequence && window.size + unreleased.size === 0;
    if (isIdle) return;
    this.#discard();
    this.#state(false, (writer) => writeDiscarded(writer, this.number, this.nextSequence));
  }

  unreleased(packetId: number): void {
    this.#state(true, (writer) => writeIdentifier(writer, recordKind.unreleased, this.number, packetId));
  }

  released(packetId: number): void {
    this.#state(true, (writer) => writeIdentifier(writer, recordKind.released, this.number, packetId));
  }

  ended(): void {
    this.#discard();
    this.#desk.sessions.delete(this.number);
    this.#state(true, (writer) => writeBare(writer, recordKind.sessionEnded, this.number));
  }

  #discard(): void {
    const { backlog, window } = this.session;
    for (const queued of backlog.near) if (queued.packetId === 0) this.#finish(queued);
    for (const { queued } of window.entries()) if (queued !== undefined) this.#finish(queued);
    this.#desk.reaper.take(this.#rest);
    this.#rest = new QueueIndex(this.#desk.scratch);
    this.finished.addRange(0, this.nextSequence);
    this.#unnoted = [];
    this.discards++;
  }

  #finish({ sequence, message, bytes, isShared }: Queued): boolean {
    if (this.finished.has(sequence)) return false;
    this.finished.add(sequence);
    this.#desk.commit.accountOf(message)?.done(bytes, isShared);
    return true;
  }

  #state(isAwaited: boolean, write: (writer: RecordWriter) => number): void {
    const bytes = write(this.#desk.commit.beginState());
    this.#desk.commit.taken(bytes, isAwaited);
  }
}
