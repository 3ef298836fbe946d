import { existsSync } from 'node:fs';
import { equalBytes, toHex } from '@kiten/codec';
import {
  decodeWindowEntry,
  directorySource,
  TileReader,
  type TileSource,
  verifyLedger,
  type WindowHead,
  type WriterCheckpoint,
  writerOrigin,
} from '@kiten/ledger';
import { type Database, readDatabase } from '../store/database.ts';
import { minutesWithoutWindow, trafficOf, trafficWindows } from '../store/traffic.ts';
import { isSite, type Layout } from './layout.ts';
import { writerCheckpointIn } from './log-entries.ts';
import { trafficWriter, windowOf } from './traffic-log.ts';
import { trustedHead } from './trusted-head.ts';

const page = 2048;

/** What verifying the counts of traffic found. */
export interface TrafficVerification {
  /** Minutes whose counts were compared. */
  readonly windows: number;
  /** What is wrong, in sentences. */
  readonly problems: readonly string[];
}

/**
 * Verifies the log of the counts of traffic from its files, that the site's log has its checkpoint, and that the counts
 * in the store are those whose roots are logged. A site may go on writing meanwhile.
 */
export async function verifyTraffic(
  layout: Layout,
  siteOrigin: string,
  publicKey: Uint8Array,
  open: () => Promise<Database> = async () => readDatabase(layout.store),
): Promise<TrafficVerification> {
  if (!isSite(layout)) return { windows: 0, problems: [] };
  const origin = writerOrigin(siteOrigin, trafficWriter);
  const database = await open();
  try {
    // First what is kept, then what is logged: a running site is only ever ahead there.
    const kept = await trafficWindows(database);
    if (!existsSync(layout.trafficLog)) {
      const isGone = kept.length > 0 || (await newestOf(directorySource(layout.log), origin)) !== undefined;
      return { windows: 0, problems: isGone ? ['The log of the counts of traffic is gone.'] : [] };
    }
    const { problems } = await verifyLedger(layout.trafficLog, { publicKey, origin });
    const found = problems.map(({ file, message }) => `${trafficWriter}/${file}: ${message}`);
    if (found.length > 0) return { windows: 0, problems: found };
    const logged = await windowsIn(directorySource(layout.trafficLog));
    const roots = new Set(logged.map(({ root }) => toHex(root)));
    if (!(await isAnchored(directorySource(layout.log), origin, directorySource(layout.trafficLog))))
      found.push('The site’s log does not have the checkpoint that the log of traffic is at.');
    for (const { minute, salt, root } of kept) {
      const again = windowOf(minute, await trafficOf(database, minute), salt).head;
      const time = timeOf(minute);
      if (!roots.has(toHex(root))) found.push(`The root over the traffic of ${time} is not in the log.`);
      else if (!equalBytes(again.root, root)) found.push(`The traffic of ${time} is not what was logged.`);
    }
    for (const minute of await missingOf(database, logged))
      found.push(`The traffic of ${timeOf(minute)} is in the log, and what was counted is gone.`);
    return { windows: kept.length, problems: found };
  } finally {
    await database.destroy();
  }
}

const timeOf = (minute: number): string => new Date(minute * 60_000).toISOString().slice(0, 16);

async function windowsIn(source: TileSource): Promise<readonly WindowHead[]> {
  const reader = new TileReader(source, await trustedHead(source));
  const windows: WindowHead[] = [];
  for await (const entry of reader.entries()) windows.push(decodeWindowEntry(entry));
  return windows;
}

/** Logged minutes without a window, since the time from which on counts are kept. */
async function missingOf(database: Database, logged: readonly WindowHead[]): Promise<readonly number[]> {
  // What was logged a moment ago has its window by now.
  const windows = new Set((await trafficWindows(database)).map(({ minute }) => minute));
  const [counted = Number.POSITIVE_INFINITY] = await minutesWithoutWindow(
    database,
    0,
    Number.MAX_SAFE_INTEGER,
  );
  const oldest = Math.min(counted, ...windows);
  const minutes = new Set(logged.map(({ from }) => from / 60_000));
  return [...minutes].filter((minute) => minute >= oldest && !windows.has(minute));
}

/** Whether the writer's newest published tree, or one a moment before, is an entry of the site's log. */
async function isAnchored(site: TileSource, origin: string, writer: TileSource): Promise<boolean> {
  const own = new TileReader(writer, await trustedHead(writer));
  if (own.size === 0) return true;
  const newest = await newestOf(site, origin);
  // The first entries of a writer may be in no checkpoint of the site's yet.
  if (newest === undefined) return true;
  return newest.size <= own.size && equalBytes(await own.rootOf(newest.size), newest.root);
}

/** The newest checkpoint of a writer in the site's log. */
async function newestOf(site: TileSource, origin: string): Promise<WriterCheckpoint | undefined> {
  const reader = new TileReader(site, await trustedHead(site));
  // From the end on: there is one a minute where there is traffic.
  for (let to = reader.size; to > 0; to = Math.max(0, to - page)) {
    let newest: WriterCheckpoint | undefined;
    for await (const entry of reader.entries(Math.max(0, to - page), to)) {
      const checkpoint = writerCheckpointIn(entry);
      if (checkpoint?.origin === origin) newest = checkpoint;
    }
    if (newest !== undefined) return newest;
  }
  return undefined;
}
