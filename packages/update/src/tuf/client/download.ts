import { type Clock, KitenError } from '@kiten/codec';
import type { TufLimits } from '../limits.ts';
import type { TargetFile } from '../metadata/model.ts';
import { removePending } from './durable-files.ts';
import { type FetchFile, retrieve } from './retrieve.ts';
import { below, targetFileName, targetUrlPath } from './target-path.ts';
import { fillSlot, holdsTarget } from './target-slot.ts';

/** Where a target comes from and where it goes. */
export interface DownloadOptions {
  /** Below it lie the targets. */
  readonly targetUrl: string;
  /** There, and the client’s own. */
  readonly targetDirectory: string;
}

/** A target that lies on the disk. */
export interface DownloadedTarget {
  /** Its name within the directory. */
  readonly file: string;
  /** Whether it was there before, so that nothing was fetched. */
  readonly present: boolean;
}

/**
 * Fetches a target, unless it is there, and puts it into a directory (TUF §5.7).
 *
 * @param consistent whether the repository names files by their hashes.
 * @throws KitenError as `TufClient.download` says.
 */
export async function downloadTarget(
  target: TargetFile & { readonly path: string },
  consistent: boolean,
  { targetUrl, targetDirectory }: DownloadOptions,
  { fetch, clock }: { readonly fetch: FetchFile; readonly clock: Clock },
  { targetBytes, targetDeadline, minimumRate, rateWindow }: TufLimits,
): Promise<DownloadedTarget> {
  const url = below(targetUrl, targetUrlPath(target.path, target.hashes, consistent));
  if (target.length > targetBytes) {
    throw new KitenError(
      'update/target-too-large',
      `The target has ${target.length} octets; ${targetBytes} at most are fetched.`,
    );
  }
  const file = targetFileName(target.path);
  if (await holdsTarget(targetDirectory, file, target)) return { file, present: true };
  await removePending(targetDirectory);
  const bounds = { maxBytes: target.length, deadline: targetDeadline, minimumRate, rateWindow };
  await fillSlot(targetDirectory, file, target, retrieve(url, { fetch, clock, ...bounds }));
  return { file, present: false };
}
