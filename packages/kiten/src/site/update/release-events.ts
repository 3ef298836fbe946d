import type { RecordedEvent } from '@kiten/trust';
import type { KeptTargetFile } from '../../store/update-releases.ts';

/** A release is published. */
export function publishedEvent(
  { target, file, publishedAt }: KeptTargetFile,
  by: string,
  reason: string,
): RecordedEvent {
  const { length, hashes, custom = {} } = file;
  const { version = '', releaseCounter = 0 } = custom as { version?: string; releaseCounter?: number };
  const data = { target, length, sha256: hashes.get('sha256') ?? '', version, counter: releaseCounter };
  return { type: 'update/published', at: publishedAt, actor: by, reason, data };
}

/** A release is spoken for no longer. */
export const withdrawnEvent = (target: string, at: number, by: string, reason: string): RecordedEvent => ({
  ...{ type: 'update/withdrawn', at, actor: by, reason, data: { target } },
});

/** What is said of a target, in one text. */
export function saidOf({ length, hashes, custom = {} }: KeptTargetFile['file']): string {
  return JSON.stringify([length, Object.fromEntries(hashes), custom]);
}
