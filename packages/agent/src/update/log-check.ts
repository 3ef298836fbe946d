import { type Clock, fromHex, toHex } from '@kiten/codec';
import { type Logged, type LogTrust, requireLogged } from '@kiten/update';
import type { StateDirectory } from '../state/state-directory.ts';
import type { AssignedImage } from './assigned-image.ts';
import type { SiteUpdates } from './site-updates.ts';

export interface LogPorts {
  readonly device: string;
  readonly site: Pick<SiteUpdates, 'inclusion'>;
  readonly state: StateDirectory;
  readonly clock: Clock;
  /** Undefined: no log is asked. */
  readonly log: LogTrust | undefined;
}

const checkpointFile = 'checkpoint';

/**
 * Others have to be able to see what was released, and what this device in particular is told. What is remembered of the
 * log is kept once both are there.
 *
 * @throws KitenError `update/…`: what is not in the log, `agent/site-…`.
 */
export async function requireInLog(
  { image, version, decision }: AssignedImage,
  { log: trust, site, state, clock, device }: LogPorts,
): Promise<void> {
  if (trust === undefined) return;
  const { path: target, length, sha256 } = image;
  const both: readonly Logged[] = [
    { kind: 'decision', device, version, sha256: fromHex(decision) },
    { kind: 'release', target, length, sha256: fromHex(sha256) },
  ];
  let remembered = (await state.read(checkpointFile))?.toString('utf8');
  for (const logged of both) {
    const since = remembered === undefined ? undefined : Number(remembered.split('\n')[1]);
    const inclusion = await site.inclusion(toHex(logged.sha256), since);
    const proof = requireLogged(inclusion, logged, { trust, now: clock.now(), remembered });
    remembered = proof.checkpoint;
  }
  await state.write(checkpointFile, remembered as string);
}
