import { join } from 'node:path';
import {
  type Delegations,
  defaultTufLimits,
  delegatesFor,
  parseMetadata,
  type TargetFile,
  type TargetsMetadata,
  type VerifiedRepository,
} from '@kiten/update';
import { readIfThere } from './metadata-files.ts';

/** A target, and the role that a client finds for it first. */
export interface ListedTarget extends TargetFile {
  readonly path: string;
  readonly role: string;
}

/**
 * What a client would find in a repository that is verified: a role speaks for what was delegated to it, and whoever comes
 * first has the word.
 *
 * @param directory the metadata's
 */
export async function spokenFor(
  directory: string,
  { targets }: Pick<VerifiedRepository, 'targets'>,
): Promise<readonly ListedTarget[]> {
  const roles = new Map<string, TargetsMetadata>();
  for (const [role, version] of Object.entries(targets)) {
    const bytes = await readIfThere(join(directory, `${version}.${encodeURIComponent(role)}.json`));
    if (bytes !== undefined)
      roles.set(role, parseMetadata('targets', bytes, defaultTufLimits.targetsBytes).metadata);
  }
  const found = new Map<string, ListedTarget>();
  for (const { targets: listed } of roles.values())
    for (const path of listed.keys()) {
      const target = found.has(path) ? undefined : searchFor(path, roles);
      if (target !== undefined) found.set(path, target);
    }
  return [...found.values()];
}

/** TUF §5.6.7: depth first, and no further than a delegation that ends the search. */
function searchFor(path: string, roles: ReadonlyMap<string, TargetsMetadata>): ListedTarget | undefined {
  const visited = new Set<string>();
  let waiting = ['targets'];
  for (let role = waiting.pop(); role !== undefined; role = waiting.pop()) {
    const metadata = roles.get(role);
    if (visited.has(role) || metadata === undefined) continue;
    visited.add(role);
    const target = metadata.targets.get(path);
    if (target !== undefined) return { path, role, ...target };
    const { names, isLast } = delegatedTo(metadata.delegations, path);
    if (isLast) waiting = [];
    waiting.push(...names.toReversed());
  }
  return undefined;
}

function delegatedTo(delegations: Delegations | undefined, path: string) {
  const delegates = delegations === undefined ? [] : delegatesFor(delegations, path);
  const last = delegates.findIndex(({ terminating }) => terminating);
  const heard = last < 0 ? delegates : delegates.slice(0, last + 1);
  return { names: heard.map(({ name }) => name), isLast: last >= 0 };
}
