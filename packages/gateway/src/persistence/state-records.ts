import type { InFlight } from '../in-flight-window.ts';
import type { Session } from '../session.ts';
import type { Subscription } from '../subscriptions.ts';
import type { Will } from '../wills.ts';
import { writeContent } from './message-record.ts';
import { recordKind } from './record-kind.ts';
import type { RecordWriter } from './record-writer.ts';
import type { SequenceSet } from './sequence-set.ts';

/*
 * Writing down what sessions are (docs/session-store.md, "Records"). Each function writes one record and returns its
 * bytes. Replaying reads them in the same order: see replay.ts.
 */

/** A will, while its client is connected (`dueAt` undefined) or until its delay is over. */
export interface StoredWill extends Will {
  /** Milliseconds since the Unix epoch. */
  readonly dueAt: number | undefined;
}

export interface StoredProgress {
  readonly number: number;
  readonly nextSequence: number;
  readonly finished: SequenceSet;
}

/** Of what a packet identifier waits for, the number in a record. */
export const awaitedPackets = ['puback', 'pubrec', 'pubcomp'] as const;

export function writeSession(
  writer: RecordWriter,
  session: Session,
  progress: StoredProgress,
  will: StoredWill | undefined,
): number {
  writer.begin(recordKind.session);
  writer.integer(progress.number);
  writer.text(session.clientId);
  writer.text(session.device.id);
  writeLife(writer, session);
  writer.integer(progress.nextSequence);
  writer.integer(progress.finished.floor);
  writeList(writer, progress.finished.ranges, (bound) => writer.integer(bound));
  writeList(writer, session.window.entries(), (entry) => writeInFlight(writer, entry));
  writeList(writer, [...session.unreleased], (packetId) => writer.uint16(packetId));
  writeList(writer, [...session.subscriptions.values()], (subscription) =>
    writeOptions(writer, subscription),
  );
  writer.byte(will === undefined ? 0 : 1);
  if (will !== undefined) writeWillContent(writer, will);
  return writer.end();
}

export function writeLifeOf(writer: RecordWriter, number: number, session: Session): number {
  writer.begin(recordKind.sessionLife);
  writer.integer(number);
  writeLife(writer, session);
  return writer.end();
}

export function writeSubscribed(writer: RecordWriter, number: number, subscription: Subscription): number {
  writer.begin(recordKind.subscribed);
  writer.integer(number);
  writeOptions(writer, subscription);
  return writer.end();
}

export function writeUnsubscribed(writer: RecordWriter, number: number, filter: string): number {
  writer.begin(recordKind.unsubscribed);
  writer.integer(number);
  writer.text(filter);
  return writer.end();
}

export function writeWill(writer: RecordWriter, number: number, will: StoredWill): number {
  writer.begin(recordKind.will);
  writer.integer(number);
  writeWillContent(writer, will);
  return writer.end();
}

/** A record that is about a session and says nothing else. */
export function writeBare(
  writer: RecordWriter,
  kind: typeof recordKind.sessionEnded | typeof recordKind.willGone,
  number: number,
): number {
  writer.begin(kind);
  writer.integer(number);
  return writer.end();
}

/** A record that is about a packet identifier of a session. */
export function writeIdentifier(
  writer: RecordWriter,
  kind: typeof recordKind.completed | typeof recordKind.unreleased | typeof recordKind.released,
  number: number,
  packetId: number,
): number {
  writer.begin(kind);
  writer.integer(number);
  writer.uint16(packetId);
  return writer.end();
}

/** A message is under way to the client, or has arrived there, under a packet identifier. */
export function writeUnderWay(
  writer: RecordWriter,
  kind: typeof recordKind.sent | typeof recordKind.received,
  number: number,
  entry: InFlight,
): number {
  writer.begin(kind);
  writer.integer(number);
  writeInFlight(writer, entry);
  return writer.end();
}

/** Start and end (exclusive) of ranges of messages that the session is done with. */
export function writeDone(writer: RecordWriter, number: number, ranges: readonly number[]): number {
  writer.begin(recordKind.done);
  writer.integer(number);
  writeList(writer, ranges, (bound) => writer.integer(bound));
  return writer.end();
}

export function writeDiscarded(writer: RecordWriter, number: number, nextSequence: number): number {
  writer.begin(recordKind.discarded);
  writer.integer(number);
  writer.integer(nextSequence);
  return writer.end();
}

export function writeRetainedCleared(writer: RecordWriter, topic: string): number {
  writer.begin(recordKind.retainedCleared);
  writer.text(topic);
  return writer.end();
}

function writeLife(writer: RecordWriter, { expiry, expiresAt, connection }: Session): void {
  writer.integer(expiry);
  writer.integer(connection === undefined ? expiresAt : 0);
}

function writeInFlight(writer: RecordWriter, { id, awaits, queued }: InFlight): void {
  writer.uint16(id);
  writer.byte(awaitedPackets.indexOf(awaits));
  writer.integer(queued?.sequence ?? 0);
}

function writeOptions(
  writer: RecordWriter,
  { filter, qos, noLocal, retainAsPublished, identifier }: Subscription,
): void {
  writer.text(filter);
  writer.byte(qos | (noLocal ? 4 : 0) | (retainAsPublished ? 8 : 0));
  writer.integer(identifier ?? 0);
}

function writeWillContent(writer: RecordWriter, { message, delay, expiry, dueAt }: StoredWill): void {
  writer.integer(delay);
  writer.integer(expiry === undefined ? 0 : expiry + 1);
  writer.integer(dueAt ?? 0);
  writeContent(writer, message, false);
}

function writeList<Item>(writer: RecordWriter, items: readonly Item[], write: (item: Item) => void): void {
  writer.integer(items.length);
  for (const item of items) write(item);
}
