import { toHex } from '@kiten/codec';
import { type RootMetadata, type TopLevelRole, topLevelRoles } from '../tuf/metadata/model.ts';
import { holderOf, keysOfRole, type RoleHolder } from './role-holders.ts';

/** What a root’s holders should know before it is too late. */
export type CeremonyWarning =
  | {
      readonly kind: 'expired' | 'expires-soon';
      readonly role: string;
      readonly expires: number;
      readonly days: number;
    }
  /** As many holders as it takes: one lost key, and nobody can sign any more. */
  | { readonly kind: 'none-to-spare'; readonly role: TopLevelRole; readonly holders: number }
  /** One stolen key is enough. */
  | { readonly kind: 'one-is-enough'; readonly role: TopLevelRole }
  /** A key that is to lie in a safe is one that signs every day as well. */
  | ({ readonly kind: 'offline-and-online'; readonly roles: readonly TopLevelRole[] } & RoleHolder)
  | ({ readonly kind: 'key-unknown'; readonly role: TopLevelRole } & RoleHolder);

const day = 86_400_000;
const offline: readonly TopLevelRole[] = ['root', 'targets'];

/**
 * What is to be seen to. A threshold of one warns for root alone: the others a root can take away again.
 *
 * @param now milliseconds since 1970.
 * @param within milliseconds before its end in which metadata is said to expire soon.
 */
export function rootWarnings(
  root: RootMetadata,
  { now, within }: { readonly now: number; readonly within: number },
): readonly CeremonyWarning[] {
  const warnings: CeremonyWarning[] = [...expiryWarnings('root', root.expires, { now, within })];
  if ((root.roles.get('root')?.threshold ?? 1) === 1) warnings.push({ kind: 'one-is-enough', role: 'root' });
  for (const role of offline) {
    const { threshold, keyIds } = root.roles.get(role)!;
    const holders = keysOfRole(root, role).length;
    if (holders <= threshold) warnings.push({ kind: 'none-to-spare', role, holders });
    for (const keyId of keyIds) {
      if (root.keys.get(keyId)?.material === undefined)
        warnings.push({ kind: 'key-unknown', role, ...holderOf(root, keyId) });
    }
  }
  return [...warnings, ...sharedKeys(root)];
}

export function expiryWarnings(
  role: string,
  expires: number,
  { now, within }: { readonly now: number; readonly within: number },
): readonly CeremonyWarning[] {
  if (expires - now > within) return [];
  const days = Math.floor((expires - now) / day);
  return [{ kind: expires <= now ? 'expired' : 'expires-soon', role, expires, days }];
}

function sharedKeys(root: RootMetadata): CeremonyWarning[] {
  const roles = new Map<string, { readonly keyId: string; readonly roles: TopLevelRole[] }>();
  for (const role of topLevelRoles) {
    for (const { keyId, material } of keysOfRole(root, role)) {
      const identity = toHex(material!.publicKey);
      const entry = roles.get(identity) ?? { keyId, roles: [] };
      entry.roles.push(role);
      roles.set(identity, entry);
    }
  }
  return [...roles.values()]
    .filter((each) => each.roles.some((role) => offline.includes(role)))
    .filter((each) => each.roles.some((role) => !offline.includes(role)))
    .map((each) => ({
      kind: 'offline-and-online' as const,
      roles: each.roles,
      ...holderOf(root, each.keyId),
    }));
}
