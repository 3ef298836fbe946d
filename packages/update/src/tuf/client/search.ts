import { KitenError } from '@kiten/codec';
import type { TufLimits } from '../limits.ts';
import { delegatesFor } from '../metadata/delegates-for.ts';
import type { TargetsMetadata } from '../metadata/model.ts';
import type { FoundTarget } from './client.ts';
import type { KeptMetadata } from './metadata-directory.ts';
import { type MetadataSource, MetadataUpdate, restored } from './metadata-update.ts';
import type { Delegation, TrustedMetadata } from './trusted-metadata.ts';

/**
 * Asks the targets roles for a target, in pre-order and depth first (TUF §5.6.7): a role before those it delegates to,
 * and those in the order of their priority. A role that was asked is not asked again, so that no circle is endless. A
 * terminating delegation ends all that would have come after it.
 *
 * @param hardwareId the kind of hardware that the target is for: delegations for other kinds are passed over (Uptane
 * 2.1 §5.4.4.7).
 * @throws KitenError `update/no-such-target`, `update/too-many-roles`, or what was refused on the way: then who comes
 * later isn't asked, for whoever comes first may have had something to say.
 */
export async function findTarget(
  path: string,
  trusted: TrustedMetadata,
  kept: KeptMetadata,
  source: MetadataSource,
  limits: TufLimits,
  hardwareId?: string,
): Promise<FoundTarget> {
  const update = new MetadataUpdate(kept, source, limits);
  const visited = new Set<string>();
  // The next to be asked is the last of the list.
  let waiting: (Delegation | 'targets')[] = ['targets'];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const role = next === 'targets' ? next : next.name;
    if (visited.has(role)) continue;
    if (visited.size >= limits.roles) {
      throw new KitenError(
        'update/too-many-roles',
        `No more than ${limits.roles} roles are asked for a target.`,
      );
    }
    visited.add(role);
    const metadata =
      next === 'targets' ? trusted.targets : await delegated(next, trusted, kept, update, limits);
    const target = metadata.targets.get(path);
    if (target !== undefined) return { path, role, ...target };
    const { terminating, delegations } = delegationsFor(metadata, path, hardwareId);
    if (terminating) waiting = [];
    waiting.push(...delegations.reverse());
  }
  throw new KitenError(
    'update/no-such-target',
    `Nobody who may speaks for the target ${path.slice(0, 200)}.`,
    {
      detail: { path },
    },
  );
}

function delegationsFor(
  { delegations }: TargetsMetadata,
  path: string,
  hardwareId: string | undefined,
): { readonly terminating: boolean; readonly delegations: Delegation[] } {
  if (delegations === undefined) return { terminating: false, delegations: [] };
  const delegates = delegatesFor(delegations, path, hardwareId);
  const last = delegates.findIndex(({ terminating }) => terminating);
  const heard = last < 0 ? delegates : delegates.slice(0, last + 1);
  return {
    terminating: last >= 0,
    delegations: heard.map(({ name, keyIds, threshold }) => ({
      ...{ name, keyIds, threshold, keys: delegations.keys },
    })),
  };
}

/** The metadata of a delegated role, judged by whoever delegates to it now, whoever did when it was kept. */
async function delegated(
  role: Delegation,
  trusted: TrustedMetadata,
  kept: KeptMetadata,
  update: MetadataUpdate,
  { targetsBytes }: TufLimits,
): Promise<TargetsMetadata> {
  const meta = trusted.describe(role.name);
  const present = await restored(kept.read(role.name, targetsBytes), (bytes) =>
    trusted.acceptDelegated(role, bytes),
  );
  if (present !== undefined) return present;
  const fetched = await update.fetchRole(role.name, trusted, meta, targetsBytes);
  const metadata = trusted.acceptDelegated(role, fetched);
  await kept.write(role.name, fetched);
  return metadata;
}
