import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layout } from './layout.ts';

/** What of a site may outgrow its room. */
export type Stock = 'store' | 'log' | 'sessions' | 'evidence';

/** How much room there is, and how much is taken; bytes. */
export interface Usage {
  readonly diskFree: number;
  readonly diskTotal: number;
  readonly stocks: Readonly<Record<Stock, number>>;
}

export async function measureUsage(layout: Layout): Promise<Usage> {
  const { bavail, blocks, bsize } = await statfs(layout.directory);
  const [database, log, trafficLog, sessions, evidence] = await Promise.all([
    filesSize(['', '-wal', '-shm'].map((suffix) => layout.store + suffix)),
    sizeBelow(layout.log),
    sizeBelow(layout.trafficLog),
    sizeBelow(layout.sessions),
    sizeBelow(layout.payloads),
  ]);
  const stocks = { store: database, log: log + trafficLog, sessions, evidence };
  return { diskFree: bavail * bsize, diskTotal: blocks * bsize, stocks };
}

/** One directory at a time, so that nothing else has to wait for the disk. */
async function sizeBelow(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(unlessGone([]));
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => join(directory, name));
  let size = await filesSize(files);
  for (const entry of entries) if (entry.isDirectory()) size += await sizeBelow(join(directory, entry.name));
  return size;
}

async function filesSize(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map((file) => stat(file).then(({ size }) => size, unlessGone(0))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Files come and go while they are counted. */
function unlessGone<T>(otherwise: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return otherwise;
    throw error;
  };
}
