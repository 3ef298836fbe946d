import { constants, type FileHandle, open, readdir } from 'node:fs/promises';
import { isMissing } from '../segment/disk.ts';

/**
 * Opens a file that somebody hostile may have put there: no link is followed, and a pipe or device neither blocks
 * nor is read. Returns nothing if there is no such file.
 *
 * @throws what the operating system says, or an Error when it is no regular file.
 */
export async function openRegularFile(path: string): Promise<FileHandle | undefined> {
  return (await openWithSize(path))?.file;
}

/** The file's bytes, at most `most` and one more, which tells that it is too long; nothing if there is no file. */
export async function readRegularFile(path: string, most: number): Promise<Buffer | undefined> {
  const opened = await openWithSize(path);
  if (opened === undefined) return undefined;
  try {
    const size = Math.min(opened.size, most + 1);
    const { buffer, bytesRead } = await opened.file.read(Buffer.allocUnsafe(size), 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await opened.file.close();
  }
}

async function openWithSize(path: string): Promise<{ file: FileHandle; size: number } | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const found = await file.stat();
    if (found.isFile()) return { file, size: found.size };
    await file.close();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  throw new Error('It is not a regular file.');
}

/** The names in a directory; none if there is no such directory. */
export async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (isMissing(error) || error.code === 'ENOTDIR'))
      return [];
    throw error;
  }
}
