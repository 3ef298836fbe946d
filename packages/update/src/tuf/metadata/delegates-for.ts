import { createHash } from 'node:crypto';
import type { DelegatedRole, Delegations, RoleKeys, SuccinctRoles } from './model.ts';
import { matchesPath } from './path-pattern.ts';

/** A role that may speak for a path, and whether none that comes later may. */
export interface Delegate extends RoleKeys {
  readonly name: string;
  readonly terminating: boolean;
}

/** The roles that may speak for a path, in order of priority (TUF §4.5; TAP 15, where there is always just one). */
export function delegatesFor(
  delegations: Delegations,
  path: string,
  hardwareId?: string,
): readonly Delegate[] {
  const hash = createHash('sha256').update(path).digest();
  const { succinct } = delegations;
  if (succinct !== undefined) {
    const { keyIds, threshold } = succinct;
    return [{ name: binOf(succinct, hash.readUInt32BE(0)), keyIds, threshold, terminating: true }];
  }
  const hex = hash.toString('hex');
  return delegations.roles.filter((role) => speaksFor(role, path, hex) && isForHardware(role, hardwareId));
}

function speaksFor({ paths, pathHashPrefixes }: DelegatedRole, path: string, hash: string): boolean {
  if (paths !== undefined) return paths.some((pattern) => matchesPath(pattern, path));
  return pathHashPrefixes?.some((prefix) => hash.startsWith(prefix)) ?? false;
}

function isForHardware({ hardwareIds }: DelegatedRole, hardwareId: string | undefined): boolean {
  return hardwareIds === undefined || hardwareId === undefined || hardwareIds.includes(hardwareId);
}

type Bins = Pick<SuccinctRoles, 'bitLength' | 'namePrefix'>;

/** The bin that speaks for a path. */
export function binFor(bins: Bins, path: string): string {
  return binOf(bins, createHash('sha256').update(path).digest().readUInt32BE(0));
}

function binOf(succinct: Bins, firstBits: number): string {
  return binName(succinct, Math.floor(firstBits / 2 ** (32 - succinct.bitLength)));
}

/** All names of bins have as many hexadecimal digits as the last one's. */
export function binName({ bitLength, namePrefix }: Bins, bin: number): string {
  const width = (2 ** bitLength - 1).toString(16).length;
  return `${namePrefix}-${bin.toString(16).padStart(width, '0')}`;
}
