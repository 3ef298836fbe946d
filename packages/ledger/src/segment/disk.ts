import * as fs from 'node:fs';
import { KitenError } from '@kiten/codec';

/** Errors of the operating system that mean "no room" and say so before anything of the write counts. */
const noRoom = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Writes all of `bytes` at `position`. Callbacks, because they take half the time that file handles do. */
export function writeAt(fd: number, bytes: Uint8Array, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const step = (done: number): void => {
      fs.write(fd, bytes, done, bytes.length - done, position + done, (error, written) => {
        if (error) reject(error);
        else if (done + written === bytes.length) resolve();
        else step(done + written);
      });
    };
    step(0);
  });
}

/** Makes sure that what was written, and the file's length, are on the disk. */
export function syncData(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fdatasync(fd, (error) => (error ? reject(error) : resolve()));
  });
}

/** Makes sure that the names in a directory are on the disk. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await fs.promises.open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether the operating system refused for want of room. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && noRoom.has(String(error.code));
}

/** The error for a failed write: `ledger/disk-full` or `ledger/write-failed`. */
export function writeError(cause: unknown): KitenError {
  if (cause instanceof KitenError) return cause;
  return isDiskFull(cause)
    ? new KitenError('ledger/disk-full', 'The disk has no room for the log. Nothing was recorded.', { cause })
    : new KitenError('ledger/write-failed', 'The log could not be written. Nothing was recorded.', { cause });
}

/** Whether an error says that there is no such file or directory. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
