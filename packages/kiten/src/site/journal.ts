import { toHex } from '@kiten/codec';
import type { Ledger } from '@kiten/ledger';
import { encodeEvent, type RecordedEvent, readLogEntry } from '@kiten/trust';
import type { Transaction } from 'kysely';
import type { Database } from '../store/database.ts';
import { sharedTransactions } from '../store/shared-transactions.ts';
import type { Tables } from '../store/tables.ts';

/** A signed statement that goes into the log as it is. */
export interface StatementEntry {
  readonly statement: Uint8Array;
  /** SHA-256 of it, hexadecimal. */
  readonly digest: string;
}

/** What the log takes. */
export type LogEntry = RecordedEvent | StatementEntry;

/**
 * Keeps store and log together: what changes the store is committed with its log entries in one
 * transaction, and then appended to the log. What a crash or a full disk left between the two is
 * appended later; until it is, nothing more is committed.
 */
export interface Journal {
  /** Appends events that change nothing in the store. Resolves when they are durable. */
  record(...events: readonly RecordedEvent[]): Promise<void>;
  /** Commits `work` and the events it explains, both or neither. Resolves when that is durable. */
  commit<T>(entries: readonly LogEntry[], work: (store: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Entries that are committed and that the log could not take yet. */
  readonly waiting: number;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
}

export interface JournalParts {
  readonly database: Database;
  readonly ledger: Pick<Ledger, 'append' | 'read' | 'size'>;
  /** Hears of each event once it is durable. */
  readonly heard: (event: RecordedEvent) => void;
  /** Hears at which index of the log a statement stands. The store is told with the next transaction. */
  readonly located: (digest: string, index: number) => void;
  /** Hears why the log could not take an entry that the store holds; it is tried again. */
  readonly troubled: (error: unknown) => void;
}

interface Kept {
  readonly id: number;
  readonly entry: Uint8Array;
  /** Of a statement. */
  readonly digest: string | null;
}

interface Logged {
  readonly id: number;
  readonly digest: string | null;
  readonly index: number;
}

export async function openJournal(parts: JournalParts): Promise<Journal> {
  const { database, ledger, heard, located, troubled } = parts;
  await bringForward(database, ledger);
  const transact = sharedTransactions(database);
  const underWay = new Set<Promise<unknown>>();
  /** In the store's outbox and in the log: to be taken out of the outbox with the next transaction. */
  let appended: readonly Logged[] = [];
  /** In the outbox and not in the log yet. */
  let backlog: readonly Kept[] = [];
  let catchingUp: Promise<void> | undefined;

  /** @returns those that the log did not take, and why not. */
  async function appendKept(kept: readonly Kept[]): Promise<{ left: readonly Kept[]; reason?: unknown }> {
    const outcomes = await Promise.allSettled(kept.map(({ entry }) => ledger.append(entry)));
    const left: Kept[] = [];
    let reason: unknown;
    for (const [position, one] of kept.entries()) {
      const outcome = outcomes[position] as PromiseSettledResult<number>;
      if (outcome.status === 'fulfilled') {
        const { id, digest } = one;
        appended = [...appended, { id, digest, index: outcome.value }];
        if (digest !== null) located(digest, outcome.value);
      } else {
        reason ??= outcome.reason;
        left.push(one);
      }
    }
    return { left, reason };
  }

  /** However many wait for it, each entry is appended once. */
  function catchUp(): Promise<void> {
    catchingUp ??= appendBacklog().finally(() => {
      catchingUp = undefined;
    });
    return catchingUp;
  }

  async function appendBacklog(): Promise<void> {
    const kept = backlog;
    const { left, reason } = await appendKept(kept);
    backlog = [...left, ...backlog.filter((one) => !kept.includes(one))];
    if (left.length > 0) throw reason;
  }

  async function commit<T>(entries: readonly LogEntry[], work: (store: Transaction<Tables>) => Promise<T>) {
    if (backlog.length > 0) await catchUp();
    const rows = entries.map(rowOf);
    const { result, kept } = await transact(async (store) => {
      const result = await work(store);
      return { result, kept: await exchange(store, rows) };
    });
    const { left, reason } = await appendKept(kept);
    if (left.length > 0) {
      // The store holds the entries, so nothing is lost and the change stands; the log follows when it can.
      backlog = [...backlog, ...left];
      troubled(reason);
    }
    for (const entry of entries) heard('statement' in entry ? readLogEntry(entry.statement) : entry);
    return result;
  }

  /** Takes out of the outbox what is in the log by now, and puts the new entries in. */
  async function exchange(store: Transaction<Tables>, rows: readonly Omit<Kept, 'id'>[]) {
    const done = appended;
    await settle(store, done);
    appended = appended.filter((one) => !done.includes(one));
    return keep(store, rows, ledger.size);
  }

  async function record(events: readonly RecordedEvent[]): Promise<void> {
    await Promise.all(events.map((event) => ledger.append(encodeEvent(event))));
    for (const event of events) heard(event);
  }

  function tracked<T>(promise: Promise<T>): Promise<T> {
    const done = () => underWay.delete(promise);
    underWay.add(promise);
    promise.then(done, done);
    return promise;
  }

  return {
    get waiting() {
      return backlog.length;
    },
    record: (...events) => tracked(record(events)),
    commit: (events, work) => tracked(commit(events, work)),
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
      if (backlog.length > 0) await catchUp();
      await database.transaction().execute((store) => settle(store, appended));
      appended = [];
    },
  };
}

function rowOf(entry: LogEntry): Omit<Kept, 'id'> {
  if ('statement' in entry) return { entry: entry.statement, digest: entry.digest };
  return { entry: encodeEvent(entry), digest: null };
}

/** These are in the log: nothing needs to bring them there any more, and statements can be found there. */
async function settle(store: Transaction<Tables>, logged: readonly Logged[]): Promise<void> {
  if (logged.length === 0) return;
  const ids = logged.map(({ id }) => id);
  await store.deleteFrom('outbox').where('id', 'in', ids).execute();
  for (const { digest, index } of logged) {
    if (digest === null) continue;
    await store
      .updateTable('statements')
      .set({ log_index: index })
      .where('digest', '=', digest)
      .where('log_index', 'is', null)
      .execute();
  }
}

async function keep(
  store: Transaction<Tables>,
  rows: readonly Omit<Kept, 'id'>[],
  size: number,
): Promise<readonly Kept[]> {
  if (rows.length === 0) return [];
  const values = rows.map(({ entry, digest }) => ({ entry, statement: digest, log_size: size }));
  const ids = await store.insertInto('outbox').values(values).returning('id').execute();
  return rows.map((row, index) => ({ ...row, id: ids[index]?.id ?? 0 }));
}

/** Appends what the store committed and the log does not hold yet. */
async function bringForward(database: Database, ledger: JournalParts['ledger']): Promise<void> {
  const rows = await database.selectFrom('outbox').selectAll().orderBy('id').execute();
  if (rows.length === 0) return;
  const from = rows.reduce((least, { log_size }) => Math.min(least, log_size), ledger.size);
  const found = new Map<string, number[]>();
  for await (const { index, entry } of ledger.read(from, ledger.size)) {
    const key = toHex(entry);
    const known = found.get(key);
    if (known === undefined) found.set(key, [index]);
    else known.push(index);
  }
  const logged: Logged[] = [];
  for (const { id, entry, statement: digest } of rows) {
    // Two entries may read the same: each in the log speaks for one in the outbox.
    const index = found.get(toHex(entry))?.shift() ?? (await ledger.append(entry));
    logged.push({ id, digest, index });
  }
  await database.transaction().execute((store) => settle(store, logged));
}
