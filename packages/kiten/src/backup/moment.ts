import { DatabaseSync } from 'node:sqlite';
import { type LogExtent, logExtent, writerOrigin } from '@kiten/ledger';
import { type Kysely, sql } from 'kysely';
import type { Layout } from '../site/layout.ts';
import { logOrigin } from '../site/log-identity.ts';
import { trafficWriter } from '../site/traffic-log.ts';
import { readDatabase } from '../store/database.ts';

/** A site as it was at one moment, held still for whoever reads it; the site goes on. */
export interface Moment {
  readonly site: string;
  /** A connection whose transaction sees the store as it was. */
  readonly store: Kysely<unknown>;
  readonly log: LogExtent | undefined;
  readonly trafficLog: LogExtent | undefined;
}

const lockTimeout = 5_000;

/**
 * Finds a moment at which store and log say the same: nothing is committed to the store while the ends of the logs are
 * measured. What the store holds and the log does not yet, is in the store's outbox, and the log gets it later.
 */
export async function atOneMoment<T>(layout: Layout, work: (moment: Moment) => Promise<T>): Promise<T> {
  const origin = await logOrigin(layout);
  const trafficOrigin = writerOrigin(origin, trafficWriter);
  const database = readDatabase(layout.store);
  try {
    return await database.connection().execute(async (store) => {
      // Most of the way, before anybody is kept waiting.
      const early = await logExtent(layout.log, origin);
      const earlyTraffic = await logExtent(layout.trafficLog, trafficOrigin);
      const { log, trafficLog } = await withStoreLocked(layout.store, async () => {
        await sql`begin`.execute(store);
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
  } finally {
    await database.destroy();
  }
}

/** Lets nobody commit meanwhile; it takes milliseconds. */
async function withStoreLocked<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(file, { timeout: lockTimeout });
  try {
    lock.exec('begin immediate');
    return await work();
  } finally {
    if (lock.isTransaction) lock.exec('rollback');
    lock.close();
  }
}
