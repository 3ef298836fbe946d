import type { Delivery, Message } from '../message.ts';
import type { Queued } from '../queued.ts';
import type { Session } from '../session.ts';
import { DiskSession, type SessionDesk } from './disk-session.ts';
import type { GroupCommit } from './group-commit.ts';
import { beginMessage } from './message-record.ts';
import { recipientBytes, type StoredRecipient, writeRecipients } from './recipients.ts';
import type { Refills } from './refills.ts';
import type { SegmentLog } from './segment-log.ts';
import { writeRetainedCleared } from './state-records.ts';
import type { KeptSession, SessionStore } from './store.ts';

/** Bytes on their way to the disk beyond which no more should come in. */
const lag = 8_388_608;
/** Bytes of what can be written in any case that are kept for what is not a message. */
const reserve = 262_144;
/** A message to one session, as its record will have it. */
interface Offer extends StoredRecipient {
  readonly kept: DiskSession;
  readonly delivery: Delivery;
  readonly discards: number;
}

export interface DiskStoreParts {
  readonly log: SegmentLog;
  readonly commit: GroupCommit;
  readonly desk: SessionDesk;
  readonly refills: Refills;
  readonly nextSession: number;
  readonly nextMessage: number;
  /** Sends a message that is accepted, or lets it wait. */
  readonly place: (session: Session, queued: Queued) => void;
  readonly tidy: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Sessions and their messages in a directory (docs/session-store.md). */
export class DiskStore implements SessionStore {
  readonly #parts: DiskStoreParts;
  #nextSession: number;
  #nextMessage: number;
  /** The message that is being offered. */
  #message: Message | undefined;
  #isRetained = false;
  #offers: Offer[] = [];

  constructor(parts: DiskStoreParts) {
    this.#parts = parts;
    this.#nextSession = parts.nextSession;
    this.#nextMessage = parts.nextMessage;
  }

  /** What the next session and the next message are numbered. */
  get numbers(): { readonly nextSession: number; readonly nextMessage: number } {
    return { nextSession: this.#nextSession, nextMessage: this.#nextMessage };
  }

  get accepted(): number {
    return this.#parts.commit.accepted;
  }

  get durable(): number {
    return this.#parts.commit.durable;
  }

  get isLagging(): boolean {
    return this.#parts.commit.pendingBytes > lag;
  }

  get isFull(): boolean {
    const { log, commit } = this.#parts;
    return log.isFull && commit.pendingBytes + reserve > log.room;
  }

  get bytes(): number {
    return this.#parts.log.segments.reduce((sum, { size }) => sum + size, 0);
  }

  keep(session: Session): KeptSession {
    return DiskSession.create(this.#parts.desk, session, this.#nextSession++);
  }

  offer(session: Session, delivery: Delivery): void {
    if (this.#message !== delivery.message) this.#begin(delivery.message);
    const kept = session.kept as DiskSession;
    const { number, discards } = kept;
    const { qos, retain, identifiers } = delivery;
    const group = delivery.group?.filter;
    const recipient = { session: number, sequence: 0, qos, retain, identifiers, group };
    this.#offers.push({ ...recipient, kept, delivery, discards });
  }

  retain(message: Message): void {
    this.#begin(message);
    this.#isRetained = true;
  }

  clearRetained(topic: string): void {
    const { commit } = this.#parts;
    const bytes = writeRetainedCleared(commit.beginState(), topic);
    commit.taken(bytes, true);
  }

  settle(): void {
    const message = this.#message;
    if (message === undefined) return;
    const isRetained = this.#isRetained;
    // What is not for a session any more since it was offered is not written down.
    const offers = this.#offers.every(isStanding) ? this.#offers : this.#offers.filter(isStanding);
    this.#message = undefined;
    this.#isRetained = false;
    this.#offers = [];
    if (offers.length === 0 && !isRetained) return;
    const number = this.#nextMessage++;
    const size = this.#write(number, message, isRetained, offers);
    for (const offer of offers) this.#place(offer, number, size, offers.length > 1);
  }

  refill(session: Session, ready: () => void): void {
    this.#parts.refills.ask(session, ready);
  }

  /** Resolves when all that was handed over so far is durable. @throws KitenError `gateway/store-closed` */
  flushed(): Promise<void> {
    return this.#parts.commit.flushed();
  }

  /** Whether nothing is under way to the disk or from there. */
  get isAtRest(): boolean {
    return this.durable >= this.accepted && !this.#parts.refills.isReading;
  }

  /** Resolves when all that was handed over and asked for so far is written and read. @throws KitenError `gateway/store-closed` */
  async rested(): Promise<void> {
    await this.flushed();
    await this.#parts.refills.idle();
  }

  /** Clears away what is not needed any more, now instead of by and by. */
  tidy(): Promise<void> {
    return this.#parts.tidy();
  }

  close(): Promise<void> {
    return this.#parts.close();
  }

  #begin(message: Message): void {
    this.settle();
    this.#message = message;
  }

  /** @returns what the message counts for in a queue: about the bytes of its record for one recipient */
  #write(number: number, message: Message, isRetained: boolean, offers: Offer[]): number {
    const { commit } = this.#parts;
    const { writer, account } = commit.beginMessage(number);
    const start = writer.length;
    beginMessage(writer, number, message, isRetained);
    const size = writer.length - start + recipientBytes;
    for (const offer of offers) offer.sequence = offer.kept.nextSequence++;
    writeRecipients(writer, offers);
    const length = writer.end();
    account.deliveries += offers.length;
    if (offers.length > 0) account.live += offers.length > 1 ? length : size;
    commit.taken(length, true);
    return size;
  }

  /** It waits for a session that is away, and goes to one that is here if its turn has come. */
  #place({ kept, sequence, delivery }: Offer, message: number, bytes: number, isShared: boolean): void {
    const { session } = kept;
    if (session.connection === undefined) session.backlog.pushAway(sequence, message, bytes, isShared);
    else this.#parts.place(session, { sequence, message, bytes, isShared, delivery, packetId: 0 });
  }
}

/** Whether the session it was offered to still wants it. */
function isStanding({ kept, discards }: Offer): boolean {
  return kept.discards === discards;
}
