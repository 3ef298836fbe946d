import type { FileHandle } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { readTail } from '../segment/walk-log.ts';

/** Longer than a running site takes from the first byte of a frame to its last, even if it is kept from its processor. */
const pauseMilliseconds = 250;

/** Whether the bytes from `offset` on are still those read before: else a running site is writing there. */
export async function isSettled(file: FileHandle, offset: number, before: Buffer): Promise<boolean> {
  await setTimeout(pauseMilliseconds);
  const { rest } = await readTail(file, offset);
  return rest.equals(before);
}
