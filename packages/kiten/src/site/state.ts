import { EventEmitter } from 'node:events';
import type { Clock } from '@kiten/codec';
import {
  type Ledger,
  openLedger,
  openPayloadStore,
  type PayloadStore,
  type PublishedCheckpoint,
  writerOrigin,
} from '@kiten/ledger';
import type { Logger } from 'pino';
import { checkRestored } from '../backup/set-back.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Database } from '../store/database.ts';
import type { PostgresAccess } from '../store/postgres.ts';
import { storedReference } from '../store/references.ts';
import { ensureAppointment } from './appointment.ts';
import { AppraisalPool } from './attestation/appraisal-pool.ts';
import type { DeviceBook } from './device-book.ts';
import { EventHub } from './event-hub.ts';
import { type Journal, openJournal } from './journal.ts';
import { openKeys, type SiteKeys } from './keys.ts';
import { type Layout, layoutOf } from './layout.ts';
import { loadBook } from './load.ts';
import { lockDirectory } from './lock.ts';
import { lastCheckpointOf } from './log-entries.ts';
import { originOf } from './log-identity.ts';
import { MarkBoard } from './mark-board.ts';
import { PasswordHasher } from './password-hasher.ts';
import { PolicyReasoner } from './policy-reasoner.ts';
import type { Random } from './secrets.ts';
import { openSiteStore } from './site-store.ts';
import { TrafficLog, trafficWriter } from './traffic-log.ts';

export interface SiteOptions {
  readonly directory: string;
  readonly configuration: Configuration;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** Names this run of the site: event ids of another run mean nothing in this one. */
  readonly run: string;
  /** Where the store is, unless in the data directory. */
  readonly store?: PostgresAccess | undefined;
  /** Reads the configuration again, as it is now. */
  readonly reread?: () => Promise<Configuration>;
}

/** What a site remembers, opened. */
export interface SiteState {
  readonly site: string;
  readonly layout: Layout;
  readonly database: Database;
  /** Resolves if the store can no longer be reached. */
  readonly lost: Promise<Error>;
  readonly ledger: Ledger;
  /** What is withdrawn; its root stands in each checkpoint. */
  readonly marks: MarkBoard;
  readonly payloads: PayloadStore;
  /** The log of the counts of traffic. */
  readonly traffic: TrafficLog;
  /** Where statements stand in the log, those that the store was not told of yet. */
  readonly located: ReadonlyMap<string, number>;
  /** Hears of each checkpoint. */
  readonly checkpoints: EventEmitter<{ published: [PublishedCheckpoint] }>;
  readonly journal: Journal;
  readonly keys: SiteKeys;
  readonly book: DeviceBook;
  readonly hub: EventHub;
  readonly hasher: PasswordHasher;
  readonly reasoner: PolicyReasoner;
  readonly appraisalPool: Pick<AppraisalPool, 'appraise'>;
}

const DAY = 86_400_000;
/** The store is told with the next change: so many cannot be waiting. */
const MOST_LOCATED = 10_000;

/** Opens all that a site remembers. What was opened is closed by `closing`, the last first. */
export async function openState(options: SiteOptions, closing: AsyncDisposableStack): Promise<SiteState> {
  const { directory, configuration, logger, clock, random, run } = options;
  const layout = layoutOf(directory);
  closing.use(lockDirectory(layout.lock));
  const { database, lost } = await openSiteStore(layout, options.store, logger);
  closing.defer(() => database.destroy());
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
  const marks = await MarkBoard.load(database, clock);
  const checkpoints: SiteState['checkpoints'] = new EventEmitter();
  const ledger = await openLedger({
    directory: layout.log,
    origin: originOf(site),
    signer: keys.log,
    clock,
    publishInterval: configuration.checkpointSeconds * 1000,
    extensions: () => marks.extensions(),
    onCheckpoint: (checkpoint) => checkpoints.emit('published', checkpoint),
    onProblem: (problem) =>
      logger.error({ err: problem, code: problem.code }, 'the log could not be published'),
  });
  closing.defer(() => ledger.close());
  if (ledger.tornTail !== undefined)
    logger.warn({ ...ledger.tornTail }, 'a crash had cut off an entry that was never acknowledged');
  const restored = await checkRestored(layout, database, ledger);
  const payloads = await openPayloadStore({ directory: layout.payloads, clock });
  const located = new Map<string, number>();
  const hub = new EventHub(run);
  const journal = await openJournal({
    database,
    ledger,
    heard: (event) => hub.publish('log', { ...event }),
    located: (digest, index) => {
      located.set(digest, index);
      const [oldest] = located.keys();
      if (located.size > MOST_LOCATED && oldest !== undefined) located.delete(oldest);
    },
    troubled: (error) => logger.error({ err: error }, 'the log cannot be written; changes wait in the store'),
  });
  closing.defer(() => journal.settled());
  await restored?.(journal, clock.now());
  const traffic = await TrafficLog.open({
    directory: layout.trafficLog,
    siteOrigin: originOf(site),
    signer: keys.log,
    parent: ledger,
    lastSeen: () => lastCheckpointOf(ledger, writerOrigin(originOf(site), trafficWriter)),
    database,
    clock,
    random,
    onProblem: (problem) =>
      logger.error({ err: problem, code: problem.code }, 'the counts of traffic could not be logged'),
  });
  closing.defer(() => traffic.close());
  if (!(await ensureAppointment({ site, layout, database, journal, keys, clock })))
    logger.warn({ code: 'kiten/verifier-not-appointed' }, 'no verdict of this site can be proved to others');
  const book = await loadBook(database, clock);
  const hasher = new PasswordHasher();
  closing.defer(() => hasher.stop());
  const reasoner = new PolicyReasoner();
  closing.defer(() => reasoner.stop());
  const appraisalPool = new AppraisalPool({ reference: (image) => storedReference(database, image) });
  closing.defer(() => appraisalPool.stop());
  return {
    site,
    layout,
    database,
    lost: lost ?? new Promise(() => undefined),
    ledger,
    marks,
    payloads,
    traffic,
    located,
    checkpoints,
    journal,
    keys,
    hub,
    book,
    hasher,
    reasoner,
    appraisalPool,
  };
}
