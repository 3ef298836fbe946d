import { existsSync } from 'node:fs';
import { equalBytes, toHex } from '@kiten/codec';
import {
  decodeWindowEntry,
  directorySource,
  TileReader,
  type TileSource,
  verifyLedger,
  type WriterCheckpoint,
  writerOrigin,
} from '@kiten/ledger';
import { readDatabase } from '../store/database.ts';
import { trafficOf, trafficWindows } from '../store/traffic.ts';
import type { Layout } from './layout.ts';
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
): Promise<TrafficVerification> {
  if (!existsSync(layout.trafficLog) || !existsSync(layout.store)) return { windows: 0, problems: [] };
  const origin = writerOrigin(siteOrigin, trafficWriter);
  const database = readDatabase(layout.store);
  try {
    // First what is kept, then what is logged: a running site is only ever ahead there.
    const kept = await trafficWindows(database);
    const { problems } = await verifyLedger(layout.trafficLog, { publicKey, origin });
    const found = problems.map(({ file, message }) => `${trafficWriter}/${file}: ${message}`);
    if (found.length > 0) return { windows: 0, problems: found };
    const logged = await rootsIn(directorySource(layout.trafficLog));
    if (!(await isAnchored(directorySource(layout.log), origin, directorySource(layout.trafficLog))))
      found.push('The site’s log does not have the checkpoint that the log of traffic is at.');
    for (const { minute, salt, root } of kept) {
      const again = windowOf(minute, await trafficOf(database, minute), salt).head;
      const time = new Date(minute * 60_000).toISOString().slice(0, 16);
      if (!logged.has(toHex(root))) found.push(`The root over the traffic of ${time} is not in the log.`);
      else if (!equalBytes(again.root, root)) found.push(`The traffic of ${time} is not what was logged.`);
    }
    return { windows: kept.length, problems: found };
  } finally {
    await database.destroy();
  }
}

async function rootsIn(source: TileSource): Promise<ReadonlySet<string>> {
  const reader = new TileReader(source, await trustedHead(source));
  const roots = new Set<string>();
  for await (const entry of reader.entries()) roots.add(toHex(decodeWindowEntry(entry).root));
  return roots;
}

/** Whether the writer's newest published tree, or one a moment before, is an entry of the site's log. */
async function isAnchored(site: TileSource, origin: string, writer: TileSource): Promise<boolean> {
  const own = new TileReader(writer, await trustedHead(writer));
  if (own.size === 0) return true;
  const reader = new TileReader(site, await trustedHead(site));
  // From the end on: there is one a minute where there is traffic.
  for (let to = reader.size; to > 0; to = Math.max(0, to - page)) {
    let newest: WriterCheckpoint | undefined;
    for await (const entry of reader.entries(Math.max(0, to - page), to)) {
      const checkpoint = writerCheckpointIn(entry);
      if (checkpoint?.origin === origin) newest = checkpoint;
    }
    if (newest === undefined) continue;
    return newest.size <= own.size && equalBytes(await own.rootOf(newest.size), newest.root);
  }
  // The first entries of a writer may be in no checkpoint of the site's yet.
  return true;
}
