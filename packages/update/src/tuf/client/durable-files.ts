import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';

/** Hidden, and no name that {@link fileNameOf} makes: what begins like this was never finished. */
const pendingPrefix = '.pending-';

/** A file that is being written. It is there under its own name when `keep` has returned, whole and on the disk. */
export interface PendingFile {
  write(piece: Uint8Array): Promise<void>;
  keep(): Promise<void>;
  /** Leaves nothing behind. After `keep` it does nothing. */
  discard(): Promise<void>;
}

/** Writes a file under another name first, so that the one that is there stays until the new one is whole. */
export async function pendingFile(directory: string, name: string): Promise<PendingFile> {
  const pending = join(directory, `${pendingPrefix}${name}`);
  const handle = await writing(name, async () => {
    await rm(pending, { force: true });
    return open(pending, 'wx', 0o644);
  });
  let isOpen = true;
  return {
    write: (piece) => writing(name, () => writeAll(handle, piece)),
    keep: () =>
      writing(name, async () => {
        await handle.sync();
        await handle.close();
        await rename(pending, join(directory, name));
        isOpen = false;
        await syncDirectory(directory);
      }),
    async discard() {
      if (!isOpen) return;
      isOpen = false;
      await handle.close();
      await rm(pending, { force: true });
    },
  };
}

/** Puts a whole file in place of the one that may be there. */
export async function writeDurably(directory: string, name: string, bytes: Uint8Array): Promise<void> {
  const file = await pendingFile(directory, name);
  try {
    await file.write(bytes);
    await file.keep();
  } finally {
    await file.discard();
  }
}

export async function removeDurably(directory: string, name: string): Promise<void> {
  await writing(name, async () => {
    await rm(join(directory, name), { force: true });
    await syncDirectory(directory);
  });
}

/** Removes what a program that was killed has left unfinished. */
export async function removePending(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(pendingPrefix)) await rm(join(directory, name), { force: true });
  }
}

/** The content of a file, or nothing if there is none, or more of it than `maxBytes`. */
export async function readBounded(file: string, maxBytes: number): Promise<Uint8Array | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const { size } = await handle.stat();
    return size > maxBytes ? undefined : await handle.readFile();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KitenError('update/file-unreadable', `${file} cannot be read.`, { cause });
  } finally {
    await handle?.close();
  }
}

async function writeAll(handle: FileHandle, piece: Uint8Array): Promise<void> {
  for (let done = 0; done < piece.length; ) done += (await handle.write(piece, done)).bytesWritten;
}

/** Without it the new name may be lost in a power cut although the content is on the disk. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writing<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new KitenError('update/file-unwritable', `${name} cannot be written.`, { cause });
  }
}
