import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@kiten/codec';
import { syncDirectory } from '../segment/disk.ts';
import { clearPending } from '../segment/segment-files.ts';
import { namesIn } from '../verify/regular-file.ts';
import { PayloadDirectory } from './payload-directory.ts';
import { writeFailure } from './payload-error.ts';
import { PayloadStore } from './payload-store.ts';

/** What a payload store needs. */
export interface PayloadStoreOptions {
  /** Made if it isn't there, readable by its owner only. One store at a time may have it: see to that. */
  readonly directory: string;
  readonly clock: Clock;
}

/**
 * Opens the store in a directory, making it if there is none. What a crash left unfinished is deleted.
 *
 * @throws KitenError `ledger/disk-full`, `ledger/write-failed`.
 */
export async function openPayloadStore({ directory, clock }: PayloadStoreOptions): Promise<PayloadStore> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const path = await realpath(directory);
    await clearPending(path);
    await syncMadeDirectories(path);
    return new PayloadStore(new PayloadDirectory(path), clock);
  } catch (cause) {
    throw writeFailure(cause);
  }
}

/** A crash may have come between making a directory and syncing the one above it. */
async function syncMadeDirectories(path: string): Promise<void> {
  const first = (await namesIn(path)).filter((name) => /^[0-9a-f]{2}$/.test(name));
  for (const name of first) await syncDirectory(join(path, name));
  await syncDirectory(path);
}
