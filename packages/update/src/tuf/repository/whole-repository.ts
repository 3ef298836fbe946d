import { KitenError } from '@kiten/codec';
import type { Delegation, TrustedMetadata } from '../client/trusted-metadata.ts';
import type { TargetFile, TargetsMetadata } from '../metadata/model.ts';

/** A target and the role that speaks for it. */
export interface ListedTarget extends TargetFile {
  readonly path: string;
  readonly role: string;
}

/**
 * Takes the targets and every role that is delegated to, from whoever does so; of the bins of a succinct delegation those
 * that the snapshot lists.
 *
 * @returns all that they speak for.
 * @throws KitenError what a client would refuse, or `update/role-file-missing`.
 */
export function acceptAllTargets(
  trusted: TrustedMetadata,
  read: (role: string) => Uint8Array | undefined,
): readonly ListedTarget[] {
  const fileOf = (role: string): Uint8Array => {
    const bytes = read(role);
    if (bytes !== undefined) return bytes;
    throw new KitenError('update/role-file-missing', `There is no metadata of the role ${role}.`, {
      detail: { role },
    });
  };
  trusted.acceptTargets(fileOf('targets'));
  const seen = new Set(['targets']);
  const listed = targetsOf('targets', trusted.targets);
  const waiting = delegationsOf(trusted.targets, trusted);
  for (let role = waiting.pop(); role !== undefined; role = waiting.pop()) {
    // Judged by each that delegates to it, though its own delegations are followed once.
    const metadata = trusted.acceptDelegated(role, fileOf(role.name));
    if (seen.has(role.name)) continue;
    seen.add(role.name);
    listed.push(...targetsOf(role.name, metadata));
    waiting.push(...delegationsOf(metadata, trusted));
  }
  return listed;
}

function targetsOf(role: string, { targets }: TargetsMetadata): ListedTarget[] {
  return Array.from(targets, ([path, target]) => ({ path, role, ...target }));
}

function delegationsOf({ delegations }: TargetsMetadata, trusted: TrustedMetadata): Delegation[] {
  if (delegations === undefined) return [];
  const { keys, roles, succinct } = delegations;
  if (succinct === undefined)
    return roles.map(({ name, keyIds, threshold }) => ({ name, keyIds, threshold, keys }));
  const { keyIds, threshold, namePrefix } = succinct;
  return [...trusted.snapshot.meta.keys()]
    .filter((file) => file.startsWith(`${namePrefix}-`))
    .map((file) => ({ name: file.replace(/\.json$/, ''), keyIds, threshold, keys }));
}
