import type { AwaitedPacket } from '../in-flight-window.ts';
import type { Message } from '../message.ts';
import { readContent, readTopic, skipContent } from './message-record.ts';
import { readRecipients } from './recipients.ts';
import { recordKind } from './record-kind.ts';
import { nonsense, RecordReader } from './record-reader.ts';
import { SequenceSet } from './sequence-set.ts';
import { awaitedPackets, type StoredWill } from './state-records.ts';

/** A subscription as it is written down. */
export interface StoredSubscription {
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly identifier: number | undefined;
}

/** A session as the records tell it. */
export interface StoredSession {
  readonly number: number;
  readonly clientId: string;
  readonly device: string;
  /** Seconds. */
  expiry: number;
  /** Milliseconds since the Unix epoch; 0: it had a connection. */
  expiresAt: number;
  nextSequence: number;
  readonly finished: SequenceSet;
  /** By packet identifier, the oldest first. */
  readonly inFlight: Map<number, { readonly awaits: AwaitedPacket; readonly sequence: number }>;
  readonly unreleased: Set<number>;
  readonly subscriptions: Map<string, StoredSubscription>;
  will: StoredWillContent | undefined;
}

type PublisherOf = Parameters<typeof readContent>[1];

/** A message that is not needed as one yet. */
export class StoredContent {
  readonly #bytes: Buffer;

  constructor(reader: RecordReader) {
    const start = reader.offset;
    skipContent(reader);
    this.#bytes = Buffer.from(reader.bytes.subarray(start, reader.offset));
  }

  get topic(): string {
    return readTopic(this.#reader());
  }

  message(publisherOf: PublisherOf): Message {
    return readContent(this.#reader(), publisherOf).message;
  }

  #reader(): RecordReader {
    return new RecordReader().open(this.#bytes, 0, this.#bytes.length);
  }
}

/** A will that is not needed as one yet. */
export class StoredWillContent {
  readonly #delay: number;
  readonly #expiry: number | undefined;
  readonly #dueAt: number | undefined;
  readonly #content: StoredContent;

  constructor(reader: RecordReader) {
    this.#delay = reader.integer();
    const expiry = reader.integer();
    this.#expiry = expiry === 0 ? undefined : expiry - 1;
    const dueAt = reader.integer();
    this.#dueAt = dueAt === 0 ? undefined : dueAt;
    this.#content = new StoredContent(reader);
  }

  will(publisherOf: PublisherOf): StoredWill {
    const message = this.#content.message(publisherOf);
    return { message, delay: this.#delay, expiry: this.#expiry, dueAt: this.#dueAt };
  }
}

/** Makes out of records, in their order, what they tell about sessions and retained messages. */
export class Replay {
  readonly sessions = new Map<number, StoredSession>();
  readonly retained = new Map<string, StoredContent>();
  /** Larger than the number of any session, ended ones included. */
  nextSession = 1;

  /** Takes the record in that the reader stands in, behind its kind. */
  take(kind: number, reader: RecordReader): void {
    if (kind === recordKind.message) this.#message(reader);
    else if (kind === recordKind.session) this.#session(reader);
    else if (kind === recordKind.retainedCleared) this.retained.delete(reader.text());
    else {
      const number = reader.integer();
      const session = this.sessions.get(number);
      // About a session that has ended nothing needs to be known: its records may come behind its end.
      if (session !== undefined) this.#change(session, kind, reader);
    }
  }

  /** What the record of a message says beside the message: whose retained one it is, and how far sessions have come. */
  #message(reader: RecordReader): void {
    reader.integer();
    const start = reader.offset;
    const isRetained = skipContent(reader);
    if (isRetained) {
      const end = reader.offset;
      reader.offset = start;
      this.#retain(reader);
      reader.offset = end;
    }
    readRecipients(reader, ({ session: number, sequence }) => {
      const session = this.sessions.get(number);
      if (session !== undefined && sequence >= session.nextSequence) session.nextSequence = sequence + 1;
    });
  }

  #retain(reader: RecordReader): void {
    const content = new StoredContent(reader);
    this.retained.set(content.topic, content);
  }

  #session(reader: RecordReader): void {
    const number = reader.integer();
    this.nextSession = Math.max(this.nextSession, number + 1);
    const session: StoredSession = {
      number,
      clientId: reader.text(),
      device: reader.text(),
      expiry: reader.integer(),
      expiresAt: reader.integer(),
      nextSequence: reader.integer(),
      finished: new SequenceSet(reader.integer()),
      inFlight: new Map(),
      unreleased: new Set(),
      subscriptions: new Map(),
      will: undefined,
    };
    this.#finished(session, reader);
    for (let left = reader.integer(); left > 0; left--) this.#inFlight(session, reader);
    for (let left = reader.integer(); left > 0; left--) session.unreleased.add(reader.uint16());
    for (let left = reader.integer(); left > 0; left--) this.#subscribed(session, reader);
    if (reader.byte() === 1) session.will = new StoredWillContent(reader);
    this.sessions.set(number, session);
  }

  #change(session: StoredSession, kind: number, reader: RecordReader): void {
    switch (kind) {
      case recordKind.sessionEnded:
        this.sessions.delete(session.number);
        return;
      case recordKind.sessionLife:
        session.expiry = reader.integer();
        session.expiresAt = reader.integer();
        return;
      case recordKind.subscribed:
        this.#subscribed(session, reader);
        return;
      case recordKind.unsubscribed:
        session.subscriptions.delete(reader.text());
        return;
      case recordKind.sent:
        this.#inFlight(session, reader);
        return;
      case recordKind.received:
        session.finished.add(this.#inFlight(session, reader));
        return;
      case recordKind.completed:
        session.inFlight.delete(reader.uint16());
        return;
      case recordKind.done:
        this.#finished(session, reader);
        return;
      case recordKind.discarded:
        session.nextSequence = reader.integer();
        session.finished.addRange(0, session.nextSequence);
        session.inFlight.clear();
        session.unreleased.clear();
        return;
      case recordKind.unreleased:
        session.unreleased.add(reader.uint16());
        return;
      case recordKind.released:
        session.unreleased.delete(reader.uint16());
        return;
      case recordKind.will:
        session.will = new StoredWillContent(reader);
        return;
      case recordKind.willGone:
        session.will = undefined;
        return;
      default:
        throw nonsense();
    }
  }

  #finished({ finished }: StoredSession, reader: RecordReader): void {
    for (let left = reader.integer(); left > 0; left -= 2) {
      const start = reader.integer();
      finished.addRange(start, reader.integer());
    }
  }

  /** The latest of an identifier counts, and is the youngest. */
  #inFlight({ inFlight }: StoredSession, reader: RecordReader): number {
    const id = reader.uint16();
    const awaits = awaitedPackets[reader.byte()];
    const sequence = reader.integer();
    if (awaits === undefined || id === 0) throw nonsense();
    // A message that is done with under its identifier keeps the place that it had among the others.
    if (awaits !== 'pubcomp') inFlight.delete(id);
    inFlight.set(id, { awaits, sequence });
    return sequence;
  }

  #subscribed({ subscriptions }: StoredSession, reader: RecordReader): void {
    const filter = reader.text();
    const options = reader.byte();
    const qos = (options & 3) as 0 | 1 | 2;
    const identifier = reader.integer();
    subscriptions.set(filter, {
      filter,
      qos,
      noLocal: (options & 4) !== 0,
      retainAsPublished: (options & 8) !== 0,
      identifier: identifier === 0 ? undefined : identifier,
    });
  }
}
