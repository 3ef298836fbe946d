import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A metadata file of a repository’s directory; `root.json` is the newest root. Undefined if there is none. */
export async function readMetadata(directory: string, name: string): Promise<Uint8Array | undefined> {
  const wanted = name === 'root.json' ? await newestRootName(directory) : name;
  return wanted === undefined ? undefined : readIfThere(join(directory, wanted));
}

async function newestRootName(directory: string): Promise<string | undefined> {
  const names = await ifThere(readdir(directory));
  const versions = (names ?? []).flatMap((name) => /^([1-9]\d*)\.root\.json$/.exec(name)?.[1] ?? []);
  return versions.length === 0 ? undefined : `${Math.max(...versions.map(Number))}.root.json`;
}

export const readIfThere = (file: string): Promise<Uint8Array | undefined> => ifThere(readFile(file));

/** What is missing on the disk is nothing; whatever else goes wrong is told. */
export async function ifThere<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
}

/** A file that is there as a whole, and on the disk, or not at all. */
export async function writeWhole(directory: string, name: string, bytes: Uint8Array): Promise<void> {
  const pending = join(directory, `.pending-${randomUUID()}`);
  const handle = await open(pending, 'wx', 0o644);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
    await handle.close();
    await rename(pending, join(directory, name));
    const folder = await open(directory, 'r');
    await folder.sync();
    await folder.close();
  } finally {
    await handle.close().catch(() => undefined);
    await rm(pending, { force: true });
  }
}
