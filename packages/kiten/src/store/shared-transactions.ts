import { setImmediate } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

type Work<T> = (store: Transaction<Tables>) => Promise<T>;

interface Asked {
  readonly work: Work<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets what is asked for at once share one transaction, and so one sync of the disk. If any of it fails, all of
 * it is rolled back and each is tried by itself: `work` does nothing but change the store.
 */
export function sharedTransactions(database: Database): <T>(work: Work<T>) => Promise<T> {
  let waiting: Asked[] = [];
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      // What arrived in this turn of the loop comes along.
      await setImmediate();
      const batch = waiting;
      waiting = [];
      if (batch.length > 1 && (await succeedsTogether(batch))) continue;
      for (const { work, resolve, reject } of batch)
        await database.transaction().execute(work).then(resolve, reject);
    }
    running = false;
  }

  async function succeedsTogether(batch: readonly Asked[]): Promise<boolean> {
    const attempt = database.transaction().execute(async (store) => {
      const results: unknown[] = [];
      for (const { work } of batch) results.push(await work(store));
      return results;
    });
    const [outcome] = await Promise.allSettled([attempt]);
    if (outcome.status === 'rejected') return false;
    for (const [index, { resolve }] of batch.entries()) resolve(outcome.value[index]);
    return true;
  }

  return <T>(work: Work<T>) =>
    new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as Asked['resolve'], reject });
      if (!running) void run();
    });
}
