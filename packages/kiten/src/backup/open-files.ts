import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';

/** A file that is read even if it loses its name meanwhile. */
export interface OpenFile {
  /** Below the data directory, with slashes. */
  readonly path: string;
  readonly handle: FileHandle;
  /** How much of it is taken. */
  readonly bytes: number;
  /** Its content, where it has to be of one moment. */
  readonly loaded?: Uint8Array;
}

/** Opens a file to be read, or nothing if it is gone or no regular file. */
export async function openFile(path: string, at: string, bytes?: number): Promise<OpenFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Gone, a link, or a socket.
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENXIO') return undefined;
    throw new KitenError('kiten/file-unreadable', `${at} cannot be read.`, { cause });
  }
  const found = await handle.stat();
  if (found.isFile()) return { path, handle, bytes: bytes ?? found.size };
  await handle.close();
  return undefined;
}

/** The bytes of an open file, as many as are taken of it. */
export async function* contentOf({ path, handle, bytes, loaded }: OpenFile): AsyncGenerator<Uint8Array> {
  if (loaded !== undefined) {
    yield loaded;
    return;
  }
  const buffer = Buffer.alloc(262_144);
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, bytes - at), at);
    if (bytesRead === 0)
      throw new KitenError('kiten/backup-moved', `${path} became shorter while it was read: try again.`);
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

const stretch = 1_048_576;

/**
 * Reads a file that is being appended to from its end to its start: what was written first is read last, so that nothing
 * is missing in front of something that is there.
 */
export async function loadBackwards(file: OpenFile): Promise<OpenFile> {
  const loaded = Buffer.alloc(file.bytes);
  for (let end = file.bytes; end > 0; end -= Math.min(stretch, end)) {
    const start = Math.max(0, end - stretch);
    await file.handle.read(loaded, start, end - start, start);
  }
  return { ...file, loaded };
}
