import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Clock, KitenError } from '@kiten/codec';
import { loadSigner } from '@kiten/identity';
import { type HttpGet, openLedger, verifyLedger, writerOrigin } from '@kiten/ledger';
import { type Layout, layoutOf } from '../site/layout.ts';
import { originOf } from '../site/log-identity.ts';
import { MarkBoard } from '../site/mark-board.ts';
import { trafficWriter } from '../site/traffic-log.ts';
import { verifyTraffic } from '../site/verify-traffic.ts';
import { makeWhole } from '../site/whole-directory.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { loadStore } from '../store/dump.ts';
import { readArchive } from './archive.ts';
import { aboutFile, type BackupAbout, storeFile } from './back-up.ts';
import { type BackupOpener, unwrapFileKey } from './backup-key.ts';
import { bringForward } from './bring-forward.ts';
import { type Comparison, compareWithLog } from './compare-with-log.ts';
import { type Disarmed, disarm } from './disarm.ts';
import { linesOf } from './lines.ts';
import { openSealed } from './sealed-file.ts';
import { askWitnesses, refuseSetBack, type WitnessWord, writeRestoredMark } from './set-back.ts';

export interface RestoreOptions {
  readonly file: string;
  /** Where the site is to be; empty, or not there yet. */
  readonly directory: string;
  readonly opener: BackupOpener;
  readonly clock: Clock;
  /** Fetches a file of a copy of the log from the web. */
  readonly get: HttpGet;
  /** A newer copy of the log: its tiles in a directory, or on the web. */
  readonly logCopy?: string | undefined;
  /** Whether the witnesses of the log are asked what they have seen; not if nothing is to come of it. */
  readonly askWitnesses: boolean;
  /** Why the site may go on although its log is older than others have seen it. */
  readonly accepted?: string | undefined;
  /** A checkpoint of the log that somebody kept. */
  readonly remembered?:
    | ((log: { origin: string; publicKey: Uint8Array }) => Promise<string | undefined>)
    | undefined;
}

export interface RestoredSite extends Omit<Comparison, 'problems' | 'withdrawn'>, Disarmed {
  readonly about: BackupAbout;
  /** Entries that came from the copy of the log. */
  readonly broughtForward: number;
  readonly witnesses: readonly WitnessWord[];
}

/**
 * Makes a site out of a backup: unsealed, its log verified, store and log held against each other, and the log against
 * whoever has seen it. All of it comes about, or nothing.
 *
 * @throws KitenError `kiten/site-exists`, `kiten/directory-not-empty`, `kiten/backup-…`, `kiten/store-newer`,
 *   `kiten/log-set-back`, `kiten/log-copy-other`
 */
export function restoreSite(options: RestoreOptions): Promise<RestoredSite> {
  return makeWhole(options.directory, async (making) => {
    const layout = layoutOf(making);
    const database = openDatabase(layout.store);
    try {
      const about = await unpack(options, layout, database);
      return await putInOrder(options, layout, database, about);
    } finally {
      await database.destroy();
    }
  });
}

async function unpack(
  { file, opener }: RestoreOptions,
  layout: Layout,
  database: Database,
): Promise<BackupAbout> {
  const archive = readArchive(openSealed(file, (stanza) => unwrapFileKey(stanza, opener)));
  let about: BackupAbout | undefined;
  for (let step = await archive.next(); step.done !== true; step = await archive.next()) {
    const { path, content } = step.value;
    if (path === aboutFile) about = JSON.parse((await collect(content)).toString()) as BackupAbout;
    else if (path === storeFile) await loadStore(database, linesOf(content));
    else await writeWhole(join(layout.directory, path), content);
  }
  if (about?.backup === 'kiten/site') return about;
  throw new KitenError('kiten/backup-damaged', `${file} does not hold a site.`);
}

async function putInOrder(
  options: RestoreOptions,
  layout: Layout,
  database: Database,
  about: BackupAbout,
): Promise<RestoredSite> {
  const { clock, logCopy: copy, accepted, get, remembered } = options;
  const signer = await loadSigner(join(layout.keys, 'log.key.pem'));
  const [origin, { publicKey }] = [originOf(about.site), signer];
  const marks = await MarkBoard.load(database, clock);
  const common = {
    signer,
    clock,
    publishInterval: Number.MAX_SAFE_INTEGER,
    refreshInterval: Number.MAX_SAFE_INTEGER,
  };
  // Opened once, so that its tiles are made again.
  const traffic = await openLedger({
    ...common,
    directory: layout.trafficLog,
    origin: writerOrigin(origin, trafficWriter),
    extensions: () => [`kiten.time ${clock.now()}`],
  });
  await traffic.close();
  const ledger = await openLedger({
    ...common,
    directory: layout.log,
    origin,
    extensions: () => marks.extensions(),
  });
  let outcome: Omit<RestoredSite, 'about'>;
  try {
    const broughtForward =
      copy === undefined ? 0 : await bringForward(ledger, { copy, origin, publicKey, get });
    await ledger.publish();
    const witnesses = options.askWitnesses ? await askWitnesses(database, ledger) : [];
    refuseSetBack(witnesses, accepted);
    const { problems, withdrawn, ...comparison } = await compareWithLog(database, ledger);
    if (problems.length > 0) throw contradicts(problems);
    const disarmed = await disarm(database, { ...comparison, withdrawn }, clock.now());
    outcome = { ...comparison, ...disarmed, broughtForward, witnesses };
  } finally {
    await ledger.close();
  }
  const checkpoint = await remembered?.({ origin, publicKey });
  const isOlder = outcome.broughtForward > 0;
  await verify(layout, {
    origin,
    publicKey,
    isOlder,
    checkpoint: accepted === undefined ? checkpoint : undefined,
  });
  await writeRestoredMark(layout, {
    backupAt: about.at,
    restoredAt: clock.now(),
    logSize: about.logSize,
    broughtForward: outcome.broughtForward,
    ...(accepted === undefined ? {} : { accepted }),
  });
  return { about, ...outcome };
}

interface Verifying {
  readonly origin: string;
  readonly publicKey: Uint8Array;
  readonly checkpoint: string | undefined;
  /** Whether the site's log has come on since: then it speaks of counts of traffic that are not in the backup. */
  readonly isOlder: boolean;
}

async function verify(layout: Layout, { origin, publicKey, checkpoint, isOlder }: Verifying): Promise<void> {
  const report = await verifyLedger(layout.log, {
    origin,
    publicKey,
    ...(checkpoint === undefined ? {} : { checkpoint }),
  });
  if (report.problems.some(({ code }) => code === 'ledger/rolled-back')) {
    throw new KitenError(
      'kiten/log-set-back',
      'This user has verified more of this site’s log than the backup holds: going on would make a second history. Give a copy of the log with --log, or a reason with --accept-set-back.',
    );
  }
  if (!report.intact) throw contradicts(report.problems.map(({ file, message }) => `${file}: ${message}`));
  if (isOlder) return;
  const { problems } = await verifyTraffic(layout, origin, publicKey);
  if (problems.length > 0) throw contradicts(problems);
}

function contradicts(problems: readonly string[]): KitenError {
  return new KitenError(
    'kiten/backup-contradicts-itself',
    `Store and log of the backup do not go together: ${problems.slice(0, 3).join(' ')}`,
    { detail: { problems } },
  );
}

async function writeWhole(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of content) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

const largestAbout = 65_536;

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  let all = Buffer.alloc(0);
  for await (const piece of content) {
    all = Buffer.concat([all, piece]);
    if (all.length > largestAbout)
      throw new KitenError('kiten/backup-damaged', 'The head of the backup is too large.');
  }
  return all;
}
