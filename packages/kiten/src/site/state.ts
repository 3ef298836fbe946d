import type { Clock } from '@kiten/codec';
import { type Ledger, openLedger } from '@kiten/ledger';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrations.ts';
import type { DeviceBook } from './device-book.ts';
import { EventHub } from './event-hub.ts';
import { type Journal, openJournal } from './journal.ts';
import { openKeys, type SiteKeys } from './keys.ts';
import { type Layout, layoutOf } from './layout.ts';
import { loadBook } from './load.ts';
import { lockDirectory } from './lock.ts';
import { originOf } from './log-identity.ts';
import type { Random } from './secrets.ts';

export interface SiteOptions {
  readonly directory: string;
  readonly configuration: Configuration;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** Names this run of the site: event ids of another run mean nothing in this one. */
  readonly run: string;
}

/** What a site remembers, opened. */
export interface SiteState {
  readonly site: string;
  readonly layout: Layout;
  readonly database: Database;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly keys: SiteKeys;
  readonly book: DeviceBook;
  readonly hub: EventHub;
}

const DAY = 86_400_000;

/** Opens all that a site remembers. What was opened is closed by `closing`, the last first. */
export async function openState(options: SiteOptions, closing: AsyncDisposableStack): Promise<SiteState> {
  const { directory, configuration, logger, clock, random, run } = options;
  const layout = layoutOf(directory);
  closing.use(lockDirectory(layout.lock));
  const database = openDatabase(layout.store);
  closing.defer(() => database.destroy());
  await migrate(database);
  const { value: site } = await database
    .selectFrom('facts')
    .select('value')
    .where('name', '=', 'site')
    .executeTakeFirstOrThrow();
  const { names, deviceLifetimeDays } = configuration;
  const keys = await openKeys(layout, {
    site,
    names,
    deviceLifetime: deviceLifetimeDays * DAY,
    clock,
    random,
  });
  const ledger = await openLedger({
    directory: layout.log,
    origin: originOf(site),
    signer: keys.log,
    clock,
    publishInterval: configuration.checkpointSeconds * 1000,
    onProblem: (problem) =>
      logger.error({ err: problem, code: problem.code }, 'the log could not be published'),
  });
  closing.defer(() => ledger.close());
  if (ledger.tornTail !== undefined)
    logger.warn({ ...ledger.tornTail }, 'a crash had cut off an entry that was never acknowledged');
  const hub = new EventHub(run);
  const journal = await openJournal({
    database,
    ledger,
    heard: (event) => hub.publish('log', { ...event }),
    troubled: (error) => logger.error({ err: error }, 'the log cannot be written; changes wait in the store'),
  });
  closing.defer(() => journal.settled());
  return { site, layout, database, ledger, journal, keys, hub, book: await loadBook(database, clock) };
}
