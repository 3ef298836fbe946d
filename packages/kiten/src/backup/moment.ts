import { existsSync } from 'node:fs';
import { type LogExtent, logExtent, writerOrigin } from '@kiten/ledger';
import { type Kysely, sql } from 'kysely';
import type { Layout } from '../site/layout.ts';
import { logOrigin } from '../site/log-identity.ts';
import { type Environment, readSiteStore } from '../site/site-store.ts';
import { trafficWriter } from '../site/traffic-log.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { isSqlite } from '../store/dialects.ts';

/** A site as it was at one moment, held still for whoever reads it; the site goes on. */
export interface Moment {
  readonly site: string;
  /** A connection whose transaction sees the store as it was. */
  readonly store: Kysely<unknown>;
  readonly log: LogExtent | undefined;
  readonly trafficLog: LogExtent | undefined;
}

/**
 * Finds a moment at which store and log say the same: nothing is committed to the store while the ends of the logs are
 * measured. What the store holds and the log does not yet, is in the store's outbox, and the log gets it later.
 */
export async function atOneMoment<T>(
  layout: Layout,
  environment: Environment,
  work: (moment: Moment) => Promise<T>,
): Promise<T> {
  const origin = await logOrigin(layout);
  const trafficOrigin = writerOrigin(origin, trafficWriter);
  await using database = await closing(readSiteStore(layout, environment));
  await using lock = await closing(lockingStore(layout, environment));
  return await database.store.connection().execute(async (store) => {
    // Most of the way, before anybody is kept waiting.
    const early = await logExtent(layout.log, origin);
    const earlyTraffic = await logExtent(layout.trafficLog, trafficOrigin);
    const { log, trafficLog } = await withStoreLocked(lock.store, async () => {
      await sql
        .raw(isSqlite(store) ? 'begin' : 'begin isolation level repeatable read read only')
        .execute(store);
      await sql`select count(*) from facts`.execute(store);
      // The log of traffic second: what the site's log says about it is there then.
      const log = await logExtent(layout.log, origin, early);
      return { log, trafficLog: await logExtent(layout.trafficLog, trafficOrigin, earlyTraffic) };
    });
    try {
      const site = origin.slice(0, -'/log'.length);
      return await work({ site, store: store as unknown as Kysely<unknown>, log, trafficLog });
    } finally {
      await sql`rollback`.execute(store);
    }
  });
}

/** A second connection to the same store, which may keep others from committing. */
async function lockingStore(layout: Layout, environment: Environment): Promise<Database> {
  return existsSync(layout.store) ? openDatabase(layout.store) : readSiteStore(layout, environment);
}

/** Lets nobody commit meanwhile; it takes milliseconds. */
function withStoreLocked<T>(database: Database, work: () => Promise<T>): Promise<T> {
  return database.connection().execute(async (store) => {
    if (isSqlite(store)) await sql`begin immediate`.execute(store);
    else {
      await sql`begin`.execute(store);
      // Every commit that the log hears of goes through the outbox.
      await sql`lock table outbox in share row exclusive mode`.execute(store);
    }
    try {
      return await work();
    } finally {
      await sql`rollback`.execute(store);
    }
  });
}

async function closing(opening: Promise<Database>): Promise<AsyncDisposable & { readonly store: Database }> {
  const store = await opening;
  return { store, [Symbol.asyncDispose]: () => store.destroy() };
}
