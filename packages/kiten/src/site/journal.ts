import { toHex } from '@kiten/codec';
import type { Ledger } from '@kiten/ledger';
import { encodeEvent, type RecordedEvent } from '@kiten/trust';
import type { Transaction } from 'kysely';
import type { Database } from '../store/database.ts';
import { sharedTransactions } from '../store/shared-transactions.ts';
import type { Tables } from '../store/tables.ts';

/**
 * Keeps store and log together: what changes the store is committed with its log entries in one
 * transaction, and then appended to the log. What a crash or a full disk left between the two is
 * appended later; until it is, nothing more is committed.
 */
export interface Journal {
  /** Appends events that change nothing in the store. Resolves when they are durable. */
  record(...events: readonly RecordedEvent[]): Promise<void>;
  /** Commits `work` and the events it explains, both or neither. Resolves when that is durable. */
  commit<T>(events: readonly RecordedEvent[], work: (store: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
}

export interface JournalParts {
  readonly database: Database;
  readonly ledger: Pick<Ledger, 'append' | 'read' | 'size'>;
  /** Hears of each event once it is durable. */
  readonly heard: (event: RecordedEvent) => void;
  /** Hears why the log could not take an entry that the store holds; it is tried again. */
  readonly troubled: (error: unknown) => void;
}

interface Kept {
  readonly id: number;
  readonly entry: Uint8Array;
}

export async function openJournal({ database, ledger, heard, troubled }: JournalParts): Promise<Journal> {
  await bringForward(database, ledger);
  const transact = sharedTransactions(database);
  const underWay = new Set<Promise<unknown>>();
  /** In the store's outbox and in the log: to be taken out of the outbox with the next transaction. */
  let appended: readonly number[] = [];
  /** In the outbox and not in the log yet. */
  let backlog: readonly Kept[] = [];
  let catchingUp: Promise<void> | undefined;

  /** @returns those that the log did not take, and why not. */
  async function appendKept(kept: readonly Kept[]): Promise<{ left: readonly Kept[]; reason?: unknown }> {
    const outcomes = await Promise.allSettled(kept.map(({ entry }) => ledger.append(entry)));
    const isLogged = (_: Kept, index: number) => outcomes[index]?.status === 'fulfilled';
    appended = [...appended, ...kept.filter(isLogged).map(({ id }) => id)];
    const refusal = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    return { left: kept.filter((one, index) => !isLogged(one, index)), reason: refusal?.reason };
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

  async function commit<T>(
    events: readonly RecordedEvent[],
    work: (store: Transaction<Tables>) => Promise<T>,
  ) {
    if (backlog.length > 0) await catchUp();
    const entries = events.map(encodeEvent);
    const { result, kept } = await transact(async (store) => {
      const result = await work(store);
      return { result, kept: await exchange(store, entries) };
    });
    const { left, reason } = await appendKept(kept);
    if (left.length > 0) {
      // The store holds the entries, so nothing is lost and the change stands; the log follows when it can.
      backlog = [...backlog, ...left];
      troubled(reason);
    }
    for (const event of events) heard(event);
    return result;
  }

  /** Takes out of the outbox what is in the log by now, and puts the new entries in. */
  async function exchange(store: Transaction<Tables>, entries: readonly Uint8Array[]) {
    const done = appended;
    if (done.length > 0) await store.deleteFrom('outbox').where('id', 'in', done).execute();
    appended = appended.filter((id) => !done.includes(id));
    return keep(store, entries, ledger.size);
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
    record: (...events) => tracked(record(events)),
    commit: (events, work) => tracked(commit(events, work)),
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
      if (backlog.length > 0) await catchUp();
      await database.deleteFrom('outbox').execute();
    },
  };
}

async function keep(
  store: Transaction<Tables>,
  entries: readonly Uint8Array[],
  size: number,
): Promise<readonly Kept[]> {
  if (entries.length === 0) return [];
  const rows = entries.map((entry) => ({ entry, log_size: size }));
  const ids = await store.insertInto('outbox').values(rows).returning('id').execute();
  return entries.map((entry, index) => ({ entry, id: ids[index]?.id ?? 0 }));
}

/** Appends what the store committed and the log does not hold yet. */
async function bringForward(database: Database, ledger: JournalParts['ledger']): Promise<void> {
  const rows = await database.selectFrom('outbox').selectAll().orderBy('id').execute();
  if (rows.length === 0) return;
  const from = rows.reduce((least, { log_size }) => Math.min(least, log_size), ledger.size);
  const logged = new Map<string, number>();
  const count = (entry: Uint8Array) => logged.get(toHex(entry)) ?? 0;
  for await (const { entry } of ledger.read(from, ledger.size)) logged.set(toHex(entry), count(entry) + 1);
  for (const { entry } of rows) {
    // Two entries may read the same: each in the log speaks for one in the outbox.
    if (count(entry) > 0) logged.set(toHex(entry), count(entry) - 1);
    else await ledger.append(entry);
  }
  await database.deleteFrom('outbox').execute();
}
