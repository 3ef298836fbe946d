import { KitenError } from '@kiten/codec';
import { type RootMetadata, type TopLevelRole, topLevelRoles } from '../tuf/metadata/model.ts';
import type { PublicKey } from '../tuf/repository/drafts.ts';
import { type HolderChange, keysOfRole } from './role-holders.ts';

/** Key ids that somebody else has, by role. */
export type StolenKeys = Readonly<Partial<Record<TopLevelRole, readonly string[]>>>;

/** What somebody can do with keys that they have (TUF §1.5.2), the least first. */
export type Power =
  /** Nothing by themselves: too few of each role. */
  | 'nothing'
  /** Hold clients where they are, for as long as a timestamp holds. */
  | 'freeze'
  /** Name versions that nothing honest could follow, until the keys are taken away. */
  | 'fast-forward'
  /** Put old and new releases together that don’t belong together. */
  | 'mix-and-match'
  /** Have clients install whatever they like. */
  | 'arbitrary-software'
  /** Take the clients over for good. */
  | 'take-over';

export interface RecoveryPlan {
  readonly powers: readonly Power[];
  /** What the next root has to say: the stolen keys gone, others in their place. */
  readonly change: HolderChange;
  /** Who is left of the holders of root to sign it. */
  readonly remaining: number;
}

/**
 * How trust is won back when keys were stolen: by a root that takes them away.
 *
 * @param replacements new keys of the roles that lose some.
 * @throws KitenError `update/recovery-by-hand` when whoever has the keys can make the next root themselves, or too few of
 * its holders are left: then each device needs a new first root. `update/recovery-replacement` when a role would be left
 * with fewer keys than it takes. `update/holder-unknown` for a key that nobody holds.
 */
export function planRecovery(
  root: RootMetadata,
  stolen: StolenKeys,
  replacements: Readonly<Partial<Record<TopLevelRole, readonly PublicKey[]>>>,
): RecoveryPlan {
  for (const role of topLevelRoles) requireHolders(root, role, stolen[role] ?? []);
  const { threshold } = root.roles.get('root')!;
  const lost = stolen.root?.length ?? 0;
  const remaining = keysOfRole(root, 'root').length - lost;
  if (lost >= threshold) {
    throw byHand(
      `${lost} keys of root were stolen and ${threshold} make a root: whoever has them can take every client over. No root can win that back; each device needs a new first root, by hand.`,
    );
  }
  if (remaining < threshold) {
    throw byHand(
      `${remaining} holders of root are left and it takes ${threshold}: nobody can sign the next root any more. Each device needs a new first root, by hand.`,
    );
  }
  for (const role of topLevelRoles) {
    const left =
      keysOfRole(root, role).length - (stolen[role]?.length ?? 0) + (replacements[role]?.length ?? 0);
    const needed = root.roles.get(role)!.threshold;
    if (left >= needed) continue;
    throw new KitenError(
      'update/recovery-replacement',
      `Without the stolen keys ${role} has ${left} and it takes ${needed}: give it new ones.`,
      { detail: { role, left, needed } },
    );
  }
  return { powers: powersOf(root, stolen), change: { add: replacements, remove: stolen }, remaining };
}

/** What somebody with these keys can do, on top of what anybody can who stands between the clients and the repository. */
export function powersOf(root: RootMetadata, stolen: StolenKeys): readonly Power[] {
  const has = (role: TopLevelRole): boolean => (stolen[role]?.length ?? 0) >= root.roles.get(role)!.threshold;
  if (has('root')) return ['take-over'];
  if (!has('timestamp')) return ['nothing'];
  if (!has('snapshot')) return ['freeze', 'fast-forward'];
  const powers: Power[] = ['freeze', 'fast-forward', 'mix-and-match'];
  return has('targets') ? [...powers, 'arbitrary-software'] : powers;
}

function requireHolders(root: RootMetadata, role: TopLevelRole, keyIds: readonly string[]): void {
  const known = new Set(keysOfRole(root, role).map(({ keyId }) => keyId));
  const stray = keyIds.find((keyId) => !known.has(keyId));
  if (stray === undefined) return;
  throw new KitenError('update/holder-unknown', `The role ${role} has no key ${stray.slice(0, 16)}….`, {
    detail: { role, keyId: stray },
  });
}

const byHand = (sentence: string): KitenError => new KitenError('update/recovery-by-hand', sentence);
