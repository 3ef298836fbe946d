import { toHex } from '@kiten/codec';
import { type RootMetadata, type TopLevelRole, type TufKey, topLevelRoles } from '../tuf/metadata/model.ts';
import { keysOfRole, type RoleHolder } from './role-holders.ts';

/** One thing that a new root says otherwise than the one before. */
export type RootDifference =
  | ({ readonly kind: 'holder-added' | 'holder-removed'; readonly role: TopLevelRole } & RoleHolder)
  | {
      readonly kind: 'threshold';
      readonly role: TopLevelRole;
      readonly before: number;
      readonly after: number;
    }
  | { readonly kind: 'expires'; readonly before: number; readonly after: number }
  | { readonly kind: 'consistent-snapshot'; readonly before: boolean; readonly after: boolean }
  | { readonly kind: 'other-roles'; readonly roles: readonly string[] };

/**
 * All that a new root changes, for whoever is to sign it: keys are compared by what they are, not by their ids. `expires`
 * is in milliseconds since 1970; `other-roles` are those that TUF gives no meaning to.
 */
export function compareRoots(before: RootMetadata, after: RootMetadata): readonly RootDifference[] {
  const differences: RootDifference[] = [];
  for (const role of topLevelRoles) {
    const [old, next] = [keysOfRole(before, role), keysOfRole(after, role)];
    for (const key of without(old, next)) differences.push({ kind: 'holder-removed', role, ...holder(key) });
    for (const key of without(next, old)) differences.push({ kind: 'holder-added', role, ...holder(key) });
    const thresholds = [before, after].map((root) => root.roles.get(role)?.threshold ?? 0) as [
      number,
      number,
    ];
    if (thresholds[0] !== thresholds[1]) {
      differences.push({ kind: 'threshold', role, before: thresholds[0], after: thresholds[1] });
    }
  }
  if (before.expires !== after.expires) {
    differences.push({ kind: 'expires', before: before.expires, after: after.expires });
  }
  if (before.consistentSnapshot !== after.consistentSnapshot) {
    const [old, next] = [before.consistentSnapshot, after.consistentSnapshot];
    differences.push({ kind: 'consistent-snapshot', before: old, after: next });
  }
  const others = [...after.roles.keys()].filter(
    (role) => !(topLevelRoles as readonly string[]).includes(role),
  );
  if (others.length > 0) differences.push({ kind: 'other-roles', roles: others });
  return differences;
}

function without(keys: readonly TufKey[], others: readonly TufKey[]): readonly TufKey[] {
  const known = new Set(others.map(identity));
  return keys.filter((key) => !known.has(identity(key)));
}

const identity = ({ material, keyId }: TufKey): string =>
  material === undefined ? keyId : toHex(material.publicKey);

const holder = ({ keyId, holder: name }: TufKey): RoleHolder => ({
  keyId,
  ...(name !== undefined && { holder: name }),
});
