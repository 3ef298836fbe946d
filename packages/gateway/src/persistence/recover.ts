import { closeSync, fsyncSync, ftruncateSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { noteEvery } from './frame.ts';
import { skipContent } from './message-record.ts';
import { QueueIndex } from './queue-index.ts';
import { readRecipients, recipientBytes } from './recipients.ts';
import { recordKind } from './record-kind.ts';
import { recordHeaderBytes } from './record-writer.ts';
import { Replay, type StoredContent, type StoredSession } from './replay.ts';
import type { ScratchFile } from './scratch-file.ts';
import { Segment, segmentName } from './segment.ts';
import { decodeSegmentHeader, segmentHeaderBytes } from './segment-header.ts';
import { damaged, type SeeRecord, type SegmentFile, scanSegment } from './segment-scan.ts';
import { readStateStart, type StateStart } from './state-start.ts';
import { tornTail } from './tail.ts';

/** What waits for a session, as it was found. */
export interface RecoveredSession {
  readonly stored: StoredSession;
  readonly rest: QueueIndex;
  /** Bytes of what is in the rest. */
  bytes: number;
  /** Of the messages in flight, by their sequence. */
  readonly underWay: Map<
    number,
    { readonly message: number; readonly bytes: number; readonly isShared: boolean }
  >;
  /** The sequences that are in flight. */
  readonly sent: ReadonlySet<number>;
  /** Up to here all messages were found that are still needed. */
  known: number;
}

/** What a directory holds. */
export interface Recovered {
  readonly segments: Segment[];
  readonly sessions: Map<number, RecoveredSession>;
  readonly retained: Iterable<StoredContent>;
  readonly start: StateStart;
  readonly nextCommit: number;
  readonly nextSession: number;
  readonly nextMessage: number;
  /** The latest time at which anything was written. */
  readonly latest: number;
  /** Bytes of an incomplete frame that was cut off. */
  readonly tornBytes: number;
}

/**
 * Reads what there is, in two passes: what became of sessions, from where the state starts; then which messages
 * they still wait for. A frame that a crash left incomplete is cut off.
 *
 * @throws KitenError `gateway/store-damaged`
 */
export function recover(directory: string, scratch: ScratchFile): Recovered {
  const files = listSegments(directory);
  const start = readStateStart(directory);
  const replay = new Replay();
  const end = readState(files, start, replay);
  const sessions = new Map<number, RecoveredSession>();
  for (const [number, stored] of replay.sessions) sessions.set(number, recoveredOf(stored, scratch));
  const segments = readMessages(files, sessions);
  for (const session of sessions.values()) requireAll(session);
  return {
    ...end,
    segments,
    sessions,
    retained: replay.retained.values(),
    start,
    nextSession: Math.max(start.nextSession, replay.nextSession),
    nextMessage: Math.max(start.nextMessage, (segments.at(-1)?.lastMessage ?? 0) + 1),
  };
}

/** The segments in their order; what has gone into another one is deleted. */
function listSegments(directory: string): SegmentFile[] {
  const files: SegmentFile[] = [];
  const names = readdirSync(directory).filter((name) => /^segment-[0-9]{12}$/.test(name));
  for (const name of names.sort()) {
    const path = join(directory, name);
    const header = decodeSegmentHeader(firstBytes(path));
    if (typeof header === 'string') throw damaged(name, 0, `The header ${header}.`);
    if (segmentName(header.id) !== name) throw damaged(name, 0, 'The header is for another segment.');
    const before = files.at(-1)?.header.lastId ?? 0;
    if (header.id <= before) rmSync(path);
    else files.push({ path, name, header });
  }
  return files;
}

function firstBytes(path: string): Buffer {
  const bytes = Buffer.alloc(segmentHeaderBytes);
  const fd = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}

/** Replays the frames from where the state starts. */
function readState(
  files: SegmentFile[],
  start: StateStart,
  replay: Replay,
): { nextCommit: number; latest: number; tornBytes: number } {
  const framed = files.filter(({ header }) => header.firstCommit > 0);
  const first = framed.findLastIndex(({ header }) => header.firstCommit <= start.commit);
  let nextCommit = start.commit;
  let latest = 0;
  let tornBytes = 0;
  if (first < 0) {
    if (files.length > 0 || start.commit > 1)
      throw damaged('state-start', 0, 'The segment with the state is missing.');
    return { nextCommit, latest, tornBytes };
  }
  for (const [index, file] of framed.entries()) {
    if (index < first) continue;
    if (index > first && file.header.firstCommit !== nextCommit) {
      throw damaged(
        file.name,
        0,
        `It begins with frame ${file.header.firstCommit}, and ${nextCommit} is missing.`,
      );
    }
    const before = framed[index + 1]?.header.firstCommit ?? Number.POSITIVE_INFINITY;
    const scanned = scanSegment(file, before, (kind, reader, _offset, _length, commit) => {
      if ((commit?.number ?? 0) >= start.commit) replay.take(kind, reader);
    });
    if (scanned.isBroken) {
      const torn = file === files.at(-1) ? tornTail(file.path, scanned.end) : undefined;
      if (torn === undefined) {
        throw damaged(file.name, scanned.end, 'A frame does not match its checksums, and was whole once.');
      }
      tornBytes = torn;
    }
    if (file === files.at(-1)) cut(file, scanned.end);
    nextCommit = scanned.nextCommit;
    latest = Math.max(latest, scanned.latest);
  }
  if (nextCommit < start.commit) throw damaged('state-start', 0, 'The frames with the state are missing.');
  return { nextCommit, latest, tornBytes };
}

/** Ends the file there. What was whole in memory may not have been on the disk: it is when this returns. */
function cut({ path }: SegmentFile, end: number): void {
  const fd = openSync(path, 'r+');
  try {
    ftruncateSync(fd, end);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function recoveredOf(stored: StoredSession, scratch: ScratchFile): RecoveredSession {
  for (const [id, { awaits, sequence }] of stored.inFlight) {
    if (awaits !== 'pubcomp' && stored.finished.has(sequence)) stored.inFlight.delete(id);
  }
  const waiting = [...stored.inFlight.values()].filter(({ awaits }) => awaits !== 'pubcomp');
  return {
    stored,
    rest: new QueueIndex(scratch),
    bytes: 0,
    underWay: new Map(),
    sent: new Set(waiting.map(({ sequence }) => sequence)),
    known: stored.finished.floor,
  };
}

/** Finds the messages that sessions still wait for. */
function readMessages(files: SegmentFile[], sessions: Map<number, RecoveredSession>): Segment[] {
  const segments: Segment[] = [];
  for (const [index, file] of files.entries()) {
    const segment = new Segment(file.path, file.header, (segments.at(-1)?.lastMessage ?? 0) + 1);
    let notedAt = Number.NEGATIVE_INFINITY;
    const see: SeeRecord = (kind, reader, offset, length) => {
      if (kind !== recordKind.message) return;
      const start = reader.offset - recordHeaderBytes - 1;
      const message = reader.integer();
      if (offset - notedAt >= noteEvery) {
        segment.note(message, offset);
        notedAt = offset;
      }
      segment.lastMessage = message;
      skipContent(reader);
      const bytes = reader.offset - start + recipientBytes;
      let live = 0;
      let isShared = false;
      readRecipients(reader, ({ session: number, sequence }, count) => {
        isShared = count > 1;
        const session = sessions.get(number);
        if (session !== undefined && isWanted(session, sequence, message, bytes, isShared)) live++;
      });
      segment.account.deliveries += live;
      if (live > 0) segment.account.live += isShared ? length : bytes;
    };
    const next = files.slice(index + 1).find(({ header }) => header.firstCommit > 0);
    const scanned = scanSegment(file, next?.header.firstCommit ?? Number.POSITIVE_INFINITY, see);
    if (scanned.isBroken) {
      throw damaged(file.name, scanned.end, 'A frame does not match its checksums, and was whole once.');
    }
    segment.size = scanned.end;
    segment.lastCommit = scanned.nextCommit - 1;
    segments.push(segment);
  }
  return segments;
}

/** Says whether a session still waits for a message, and if so puts it where it waits. */
function isWanted(
  session: RecoveredSession,
  sequence: number,
  message: number,
  bytes: number,
  isShared: boolean,
): boolean {
  const { finished, clientId } = session.stored;
  if (finished.has(sequence)) return false;
  if (finished.firstMissing(session.known) !== sequence) throw missing(clientId);
  session.known = sequence + 1;
  if (session.sent.has(sequence)) {
    session.underWay.set(sequence, { message, bytes, isShared });
    return true;
  }
  session.rest.push(sequence, message, bytes, isShared);
  session.bytes += bytes;
  return true;
}

/** What nobody said to be done with must have been found. */
function requireAll({ stored, known }: RecoveredSession): void {
  if (stored.finished.firstMissing(known) < stored.nextSequence) throw missing(stored.clientId);
}

function missing(clientId: string): KitenError {
  const message = `The session store is damaged: a message that waits for “${clientId}” is missing.`;
  return new KitenError('gateway/store-damaged', message, { detail: { clientId } });
}
