import { KitenError, toHex } from '@kiten/codec';
import { type RootMetadata, type TopLevelRole, type TufKey, topLevelRoles } from '../tuf/metadata/model.ts';
import type { Holders, PublicKey } from '../tuf/repository/drafts.ts';

/** Somebody whose key a root names for a role. */
export interface RoleHolder {
  readonly keyId: string;
  readonly holder?: string;
}

/** What a root says of one role. */
export interface RoleState {
  readonly role: TopLevelRole;
  readonly threshold: number;
  readonly holders: readonly RoleHolder[];
}

/** What is to become of the holders of some roles. */
export interface HolderChange {
  readonly add?: Readonly<Partial<Record<TopLevelRole, readonly PublicKey[]>>>;
  /** Key ids. */
  readonly remove?: Readonly<Partial<Record<TopLevelRole, readonly string[]>>>;
  readonly thresholds?: Readonly<Partial<Record<TopLevelRole, number>>>;
}

/** Something for each of the four roles. */
export function byRole<T>(of: (role: TopLevelRole) => T): Record<TopLevelRole, T> {
  return { root: of('root'), timestamp: of('timestamp'), snapshot: of('snapshot'), targets: of('targets') };
}

/** Who holds what, role by role. */
export function roleStates(root: RootMetadata): readonly RoleState[] {
  return topLevelRoles.map((role) => {
    const { threshold, keyIds } = root.roles.get(role) ?? { threshold: 1, keyIds: [] };
    return { role, threshold, holders: keyIds.map((keyId) => holderOf(root, keyId)) };
  });
}

export function holderOf(root: RootMetadata, keyId: string): RoleHolder {
  const holder = root.keys.get(keyId)?.holder;
  return { keyId, ...(holder !== undefined && { holder }) };
}

/** The keys of a role, each once, whatever ids it stands under. */
export function keysOfRole(root: RootMetadata, role: TopLevelRole): readonly TufKey[] {
  const keys = new Map<string, TufKey>();
  for (const keyId of root.roles.get(role)?.keyIds ?? []) {
    const key = root.keys.get(keyId);
    if (key?.material !== undefined) keys.set(toHex(key.material.publicKey), key);
  }
  return [...keys.values()];
}

/**
 * The holders of the roles that change, as the next root is to name them.
 *
 * @throws KitenError `update/holder-unknown` for a key that is to be removed and isn’t there, `update/holder-repeated` for
 * one that is to be added and is.
 */
export function changedHolders(
  root: RootMetadata,
  { add = {}, remove = {}, thresholds = {} }: HolderChange,
): Readonly<Partial<Record<TopLevelRole, Holders>>> {
  const changed: Partial<Record<TopLevelRole, Holders>> = {};
  for (const role of topLevelRoles) {
    const [added = [], removed = [], threshold] = [add[role], remove[role], thresholds[role]];
    if (added.length === 0 && removed.length === 0 && threshold === undefined) continue;
    const present = keysOfRole(root, role);
    const gone = new Set(
      removed.map((keyId) => present.find((key) => key.keyId === keyId) ?? unknown(role, keyId)),
    );
    const kept = present.filter((key) => !gone.has(key)).map(publicKeyOf);
    const again = added.find((key) => kept.some((other) => toHex(other.publicKey) === toHex(key.publicKey)));
    if (again !== undefined) {
      throw new KitenError('update/holder-repeated', `A key that is to be added holds ${role} already.`);
    }
    changed[role] = {
      keys: [...kept, ...added],
      threshold: threshold ?? root.roles.get(role)?.threshold ?? 1,
    };
  }
  return changed;
}

function publicKeyOf({ material, holder }: TufKey): PublicKey {
  return { ...material!, ...(holder !== undefined && { holder }) };
}

function unknown(role: TopLevelRole, keyId: string): never {
  throw new KitenError('update/holder-unknown', `The role ${role} has no key ${keyId.slice(0, 16)}….`, {
    detail: { role, keyId },
  });
}
