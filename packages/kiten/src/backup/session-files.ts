import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { loadBackwards, type OpenFile, openFile } from './open-files.ts';

const attempts = 20;

/**
 * Opens what MQTT sessions wait for, as it is at one moment: the gateway appends, begins new files and deletes those
 * that nobody needs. Files that stay open can be read to their end although they are deleted; if none came or went
 * while they were opened, they belong together (docs/session-store.md).
 *
 * @throws KitenError `kiten/backup-moved` if the gateway never stood still long enough
 */
export async function openSessionFiles(directory: string, name: string): Promise<readonly OpenFile[]> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const before = await listing(directory);
    const files: OpenFile[] = [];
    for (const file of before.names) {
      const opened = await openFile(`${name}/${file}`, join(directory, file));
      if (opened === undefined) continue;
      files.push(file === before.active ? await loadBackwards(opened) : opened);
    }
    const after = await listing(directory);
    if (before.text === after.text && files.length === before.names.length) return files;
    for (const { handle } of files) await handle.close();
  }
  throw new KitenError('kiten/backup-moved', 'The sessions changed each time they were read: try again.');
}

interface Listing {
  readonly names: readonly string[];
  /** The one that is appended to. */
  readonly active: string | undefined;
  readonly text: string;
}

/** The files, and where the state of the sessions starts: one is not understood without the other. */
async function listing(directory: string): Promise<Listing> {
  const names = (await readIfThere(readdir(directory), [])).filter((name) => name !== 'pending').sort();
  const start = await readIfThere(readFile(join(directory, 'state-start'), 'hex'), '');
  const active = names.findLast((name) => name.startsWith('segment-'));
  return { names, active, text: `${names.join()} ${start}` };
}

async function readIfThere<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  }
}
