import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const pieceBytes = 64 << 10;

/** Opens a file of the kernel that would otherwise make its reader wait for more. */
export const openWithoutWaiting = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_NONBLOCK);

/**
 * What a file of the kernel has at the moment, and no more.
 *
 * @param most octets; what is beyond stays for the next time
 */
export async function readReady(file: FileHandle, most: number): Promise<string> {
  const pieces: Buffer[] = [];
  let total = 0;
  while (total < most) {
    const buffer = Buffer.alloc(pieceBytes);
    const count = await readOnce(file, buffer);
    if (count === undefined) continue;
    if (count === 0) break;
    pieces.push(buffer.subarray(0, count));
    total += count;
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Undefined if what was to come was overwritten meanwhile (EPIPE of /dev/kmsg): the next read goes on behind it. */
async function readOnce(file: FileHandle, buffer: Buffer): Promise<number | undefined> {
  try {
    return (await file.read(buffer, 0, buffer.length, null)).bytesRead;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EAGAIN') return 0;
    if (code === 'EPIPE') return undefined;
    throw error;
  }
}
