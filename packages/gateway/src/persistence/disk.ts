import * as fs from 'node:fs';
import { KitenError } from '@kiten/codec';

/** Errors of the operating system that mean "no room". */
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

/** Reads into `bytes` from `position`. @returns how many there were before the file ended */
export function readAt(fd: number, bytes: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const step = (done: number): void => {
      fs.read(fd, bytes, done, bytes.length - done, position + done, (error, read) => {
        if (error) reject(error);
        else if (read === 0 || done + read === bytes.length) resolve(done + read);
        else step(done + read);
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

/** Opens a file that only its owner may read; it is created, or emptied. */
export function create(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, 'w+', 0o600, (error, fd) => (error ? reject(error) : resolve(fd)));
  });
}

export function close(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.close(fd, (error) => (error ? reject(error) : resolve()));
  });
}

export function truncate(fd: number, length: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.ftruncate(fd, length, (error) => (error ? reject(error) : resolve()));
  });
}

const zeros = Buffer.alloc(262_144);

/** Fills a stretch of a file with zeros, so that writing there needs no room and a sync has no metadata to write. */
export async function fillWithZeros(fd: number, start: number, end: number): Promise<void> {
  for (let at = start; at < end; at += zeros.length) {
    await writeAt(fd, zeros.subarray(0, Math.min(zeros.length, end - at)), at);
  }
}

/** Whether the operating system refused for want of room. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && noRoom.has(String(error.code));
}

/** What a failed write is called: `gateway/disk-full` or `gateway/store-write-failed`. */
export function writeError(cause: unknown): KitenError {
  if (cause instanceof KitenError) return cause;
  return isDiskFull(cause)
    ? new KitenError('gateway/disk-full', 'The disk has no room for sessions and their messages.', {
        cause,
      })
    : new KitenError('gateway/store-write-failed', 'Sessions and their messages could not be written.', {
        cause,
      });
}

/** Whether an error says that there is no such file or directory. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
