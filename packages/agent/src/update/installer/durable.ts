import { type FileHandle, open, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KitenError } from '@kiten/codec';

/** What a step on files yields; what goes wrong has a name. */
export async function onDisk<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof KitenError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new KitenError('agent/slot-too-small', `There is no room for ${what}.`, { cause });
    throw new KitenError('agent/slot-unusable', `${what} cannot be used.`, { cause });
  }
}

/** Without it a new name may be lost in a power cut although the content is on the disk. */
export async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync();
}

/** Puts something under a name where something else may be: there is always one of both. */
async function replace(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  await rm(temporary, { force: true });
  await make(temporary);
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

export const replaceLink = (path: string, target: string): Promise<void> =>
  replace(path, (temporary) => symlink(target, temporary));

export const replaceFile = (path: string, pieces: AsyncIterable<Uint8Array> | string): Promise<void> =>
  replace(path, async (temporary) => {
    await using handle = await open(temporary, 'wx', 0o644);
    if (typeof pieces === 'string') await handle.writeFile(pieces);
    else await writePieces(handle, pieces);
    await handle.sync();
  });

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncDirectory(dirname(path));
}

/** From the beginning on. */
export async function writePieces(
  handle: FileHandle,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  let position = 0;
  for await (const piece of pieces) {
    for (let done = 0; done < piece.length; ) {
      const { bytesWritten } = await handle.write(piece, done, piece.length - done, position);
      done += bytesWritten;
      position += bytesWritten;
    }
  }
}
