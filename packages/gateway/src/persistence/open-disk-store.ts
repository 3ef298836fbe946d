import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KitenError } from '@kiten/codec';
import type { DeviceRecord } from '../device-record.ts';
import type { Message } from '../message.ts';
import type { Queued } from '../queued.ts';
import type { Session } from '../session.ts';
import { Compaction } from './compaction.ts';
import { syncDirectory, writeError } from './disk.ts';
import { DiskSession, type SessionDesk } from './disk-session.ts';
import { DiskStore } from './disk-store.ts';
import { GroupCommit } from './group-commit.ts';
import { Housekeeper } from './housekeeper.ts';
import { MessageReader } from './message-reader.ts';
import { blockBytes } from './queue-index.ts';
import { Reaper } from './reaper.ts';
import { type Recovered, type RecoveredSession, recover } from './recover.ts';
import { Refills } from './refills.ts';
import { ScratchFile } from './scratch-file.ts';
import { SegmentFiles } from './segment-files.ts';
import { pendingDirectory, SegmentLog } from './segment-log.ts';
import { Snapshot } from './snapshot.ts';
import type { StoredWill } from './state-records.ts';
import type { SessionStore } from './store.ts';

/** What a store asks of whoever it keeps sessions for, and tells it. */
export interface StoreHost {
  /** Milliseconds since the Unix epoch, on the scale by which stored things expire. */
  now(): number;
  /** Sends a message that the store has taken, or lets it wait. */
  place(session: Session, queued: Queued): void;
  publisherOf(id: string): DeviceRecord;
  willOf(session: Session): StoredWill | undefined;
  sessions(): Iterable<Session>;
  retained(): Iterable<Message>;
  /** More is durable. */
  committed(): void;
  /** A message that was on the disk cannot be read. */
  lost(session: Session, queued: Queued, error: KitenError): void;
  /** Something could not be written; it is tried again. */
  failed(error: KitenError): void;
}

/** A directory that was read, and that a gateway can go on with. */
export interface OpenedStore {
  readonly recovered: Recovered;
  /** The latest time at which anything was written; milliseconds since the Unix epoch, 0 if nothing was. */
  readonly latest: number;
  attach(host: StoreHost): SessionStore;
  /** Goes on with a session that was found. */
  resume(recovered: RecoveredSession, session: Session): DiskSession;
  /** Lets the directory go again. */
  close(): Promise<void>;
}

export interface DiskStoreOptions {
  /** Is created if it is missing. One gateway at a time may use it: whoever calls sees to that. */
  readonly directory: string;
  /** Bytes of one file. */
  readonly segmentBytes: number;
}

/** The directory, with an empty one in it for files that have no name yet. */
async function prepare(directory: string, pending: string): Promise<ScratchFile> {
  const created = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (created !== undefined) await syncDirectory(dirname(created));
  await rm(pending, { recursive: true, force: true });
  await mkdir(pending, { mode: 0o700 });
  return ScratchFile.create(join(pending, 'queues'), blockBytes);
}

/** Reads what there is and goes on behind it; nothing stays open if that fails. */
async function opened(
  directory: string,
  segmentBytes: number,
  scratch: ScratchFile,
): Promise<{ recovered: Recovered; log: SegmentLog }> {
  try {
    const recovered = recover(directory, scratch);
    const log = await SegmentLog.open({ directory, segmentBytes }, recovered.segments, recovered.nextCommit);
    return { recovered, log };
  } catch (error) {
    await scratch.close();
    throw error;
  }
}

/**
 * Opens a session store and reads what is in it.
 *
 * @throws KitenError `gateway/store-damaged`, `gateway/disk-full`, `gateway/store-write-failed`
 */
export async function openDiskStore({ directory, segmentBytes }: DiskStoreOptions): Promise<OpenedStore> {
  const pending = join(directory, pendingDirectory);
  const scratch = await prepare(directory, pending).catch((cause: unknown) => {
    throw writeError(cause);
  });
  const { recovered, log } = await opened(directory, segmentBytes, scratch);
  const { start, nextCommit, nextSession, nextMessage } = recovered;
  const files = new SegmentFiles();
  let desk: SessionDesk | undefined;

  function attach(host: StoreHost): SessionStore {
    const commit = new GroupCommit({
      log,
      nextCommit,
      now: () => host.now(),
      gatherRest() {
        for (const session of sessions.unnoted) session.note();
        sessions.unnoted.clear();
      },
      committed() {
        host.committed();
        refills.committed();
        housekeeper.wake();
      },
      failed: (error) => host.failed(error),
    });
    const sessions: SessionDesk = {
      commit,
      scratch,
      reaper: new Reaper(commit, () => housekeeper.wake()),
      unnoted: new Set(),
      sessions: new Map(),
      willOf: (session) => host.willOf(session),
    };
    desk = sessions;
    const reader = new MessageReader(
      () => log.segments,
      files,
      (id) => host.publisherOf(id),
    );
    const refills = new Refills(
      commit,
      reader,
      (session, queued, error) => host.lost(session, queued, error),
      (error) => host.failed(error),
    );
    const store: DiskStore = new DiskStore({
      log,
      commit,
      desk: sessions,
      refills,
      nextSession,
      nextMessage,
      place: (session, queued) => host.place(session, queued),
      tidy: () => housekeeper.tidy(),
      async close() {
        // Whatever is begun from here on would find that nothing is written any more.
        const tidied = housekeeper.close();
        await commit.close();
        await Promise.all([tidied, sessions.reaper.close(), refills.close()]);
        await close();
      },
    });
    const parts = { directory, pending, log, files, commit };
    const snapshot: Snapshot = new Snapshot({
      ...parts,
      start,
      sessions: () => host.sessions(),
      retained: () => host.retained(),
      retain(message) {
        store.retain(message);
        store.settle();
      },
      numbers: () => store.numbers,
    });
    const compaction = new Compaction({ ...parts, sessions: sessions.sessions });
    const housekeeper: Housekeeper = new Housekeeper({
      ...parts,
      segmentBytes,
      snapshot,
      compaction,
      failed: (error) => host.failed(error),
    });
    return store;
  }

  async function close(): Promise<void> {
    await log.close();
    await files.close();
    await scratch.close();
  }

  function resume({ stored, rest }: RecoveredSession, session: Session): DiskSession {
    const { number, nextSequence, finished } = stored;
    return new DiskSession(desk as SessionDesk, session, { number, nextSequence, finished }, rest);
  }

  return { recovered, latest: recovered.latest, attach, resume, close };
}
