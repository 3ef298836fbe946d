import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Layout } from '../site/layout.ts';
import { type OpenFile, openFile } from './open-files.ts';

/** What belongs to a run of the site, and not to the site. */
const passing = new Set(['store-elsewhere', 'lock.db', 'running.json', 'kiten.log']);

/**
 * All files of a site but its store, logs and sessions, which are read in their own ways: keys, certificates,
 * configuration, content of evidence, time stamps, and whatever else lies there. A file at a time.
 */
export async function* siteFiles(layout: Layout): AsyncGenerator<OpenFile> {
  const apart = new Set([layout.store, layout.log, layout.trafficLog, layout.sessions]);
  for await (const path of filesBelow(layout.directory, apart)) {
    const name = relative(layout.directory, path).split(sep).join('/');
    const file = await openFile(name, path);
    if (file !== undefined) yield file;
  }
}

async function* filesBelow(directory: string, apart: ReadonlySet<string>): AsyncGenerator<string> {
  for (const entry of (await readdir(directory, { withFileTypes: true })).sort(byName)) {
    const path = join(directory, entry.name);
    if (apart.has(path) || passing.has(entry.name) || entry.name === 'lost+found') continue;
    // SQLite's own companions (-wal, -shm, -journal) are part of what they stand beside.
    if (/\.db-(wal|shm|journal)$/.test(entry.name) || entry.name.startsWith('.new-')) continue;
    if (entry.isDirectory()) {
      if (entry.name !== 'pending') yield* filesBelow(path, apart);
    } else if (entry.isFile()) yield path;
  }
}

function byName({ name: a }: { name: string }, { name: b }: { name: string }): number {
  return a < b ? -1 : 1;
}
