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
 * @throws KitenError `update/no-such-target`, or `update/delegation-terminated` or `update/delegation-cycle` if that is what
 * ended the search; `update/too-many-roles`, or what was refused on the way: then who comes
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
  let ended: NotFound = 'update/no-such-target';
  // The next to be asked is the last of the list.
  let waiting: Asked[] = [{ name: 'targets', above: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { name: role, above } = next;
    if (above.includes(role) && ended === 'update/no-such-target') ended = 'update/delegation-cycle';
    if (visited.has(role)) continue;
    if (visited.size >= limits.roles) {
      throw new KitenError(
        'update/too-many-roles',
        `No more than ${limits.roles} roles are asked for a target.`,
      );
    }
    visited.add(role);
    const { delegation } = next;
    const metadata =
      delegation === undefined ? trusted.targets : await delegated(delegation, trusted, kept, update, limits);
    const target = metadata.targets.get(path);
    if (target !== undefined) return { path, role, ...target };
    const { terminating, unheard, delegations } = delegationsFor(metadata, path, hardwareId);
    if (terminating && (unheard > 0 || waiting.length > 0)) ended = 'update/delegation-terminated';
    if (terminating) waiting = [];
    const below = delegations.map((each) => ({ name: each.name, delegation: each, above: [...above, role] }));
    waiting.push(...below.reverse());
  }
  throw new KitenError(ended, notFound[ended](path.slice(0, 200)), { detail: { path } });
}

/** Whether a search came to its end and nobody spoke for the target, whatever ended it. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KitenError && Object.hasOwn(notFound, error.code);
}

/** A role that is to be asked, and those that led to it. */
interface Asked {
  readonly name: string;
  readonly delegation?: Delegation;
  readonly above: readonly string[];
}

const notFound = {
  'update/no-such-target': (path: string) => `Nobody who may speaks for the target ${path}.`,
  'update/delegation-terminated': (path: string) =>
    `Nobody speaks for the target ${path}: a terminating delegation keeps those who come later from being asked.`,
  'update/delegation-cycle': (path: string) =>
    `Nobody speaks for the target ${path}, and roles delegate to each other in a circle.`,
};

type NotFound = keyof typeof notFound;

function delegationsFor(
  { delegations }: TargetsMetadata,
  path: string,
  hardwareId: string | undefined,
): { readonly terminating: boolean; readonly unheard: number; readonly delegations: Delegation[] } {
  if (delegations === undefined) return { terminating: false, unheard: 0, delegations: [] };
  const delegates = delegatesFor(delegations, path, hardwareId);
  const last = delegates.findIndex(({ terminating }) => terminating);
  const heard = last < 0 ? delegates : delegates.slice(0, last + 1);
  return {
    terminating: last >= 0,
    unheard: delegates.length - heard.length,
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
