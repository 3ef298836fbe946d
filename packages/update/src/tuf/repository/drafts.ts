import { type AlgorithmName, KitenError } from '@kiten/codec';
import { formatDateTime } from '../metadata/date-time.ts';
import { asFields, asList, type Fields, fieldsAt, member, textAt, wholeAt } from '../metadata/fields.ts';
import { holderMember, keyIdOf, keyObjectOf } from '../metadata/key.ts';
import { type TopLevelRole, topLevelRoles } from '../metadata/model.ts';

/** The version of the standard that this repository writes. */
export const specVersion = '1.0.34';

/** A public key, and what it signs with. */
export interface PublicKey {
  readonly algorithm: AlgorithmName;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Who holds it, for those who read the metadata. */
  readonly holder?: string;
}

/** Who signs for a role, and how many of them have to. */
export interface Holders {
  readonly keys: readonly PublicKey[];
  readonly threshold: number;
}

/** What a targets role entrusts to another. */
export interface NewDelegation extends Holders {
  readonly name: string;
  readonly paths: readonly string[];
  readonly terminating?: boolean;
}

/** What a targets role entrusts to bins: 2^bitLength roles, each for the paths whose SHA-256 begins with its number. */
export interface NewBins extends Holders {
  /** 1 to 16. */
  readonly bitLength: number;
  /** What their names begin with: `bin` has `bin-0f3`. */
  readonly namePrefix: string;
}

/** What a targets role says of a file. */
export interface NewTarget {
  readonly length: number;
  readonly hashes: Readonly<Record<string, string>>;
  readonly custom?: Fields;
}

/** The first root of a repository. */
export function draftRoot(holders: Readonly<Record<TopLevelRole, Holders>>, expires: number): Fields {
  const empty = { ...common('root', 1, expires), consistent_snapshot: true, keys: {}, roles: {} };
  return withHolders(empty, holders);
}

/** The next root: with other holders for the roles that are given, and no key that nobody has any more. */
export function draftNextRoot(
  root: Fields,
  holders: Readonly<Partial<Record<TopLevelRole, Holders>>>,
  expires: number,
): Fields {
  return withHolders(next(root, expires), holders);
}

function withHolders(root: Fields, holders: Readonly<Partial<Record<TopLevelRole, Holders>>>): Fields {
  const roles = { ...fieldsAt(root, 'roles') };
  let keys: Fields = fieldsAt(root, 'keys');
  for (const role of topLevelRoles) {
    const given = holders[role];
    if (given === undefined) continue;
    keys = { ...keys, ...keysOf(given) };
    roles[role] = roleKeysOf(given);
  }
  const used = new Set(
    Object.values(roles).flatMap((role) => asList(member(asFields(role, 'roles'), 'keyids'), 'keyids')),
  );
  const kept = Object.entries(keys).filter(([keyId]) => used.has(keyId));
  return { ...root, keys: Object.fromEntries(kept), roles };
}

/** Targets that say nothing yet. */
export function draftTargets(expires: number): Fields {
  return { ...common('targets', 1, expires), targets: {} };
}

/** The same targets role again, a version later, with some targets added or said anew and others taken away. */
export function draftNextTargets(
  targets: Fields,
  changes: { readonly add?: Readonly<Record<string, NewTarget>>; readonly remove?: readonly string[] },
  expires: number,
): Fields {
  const listed = new Map(Object.entries(fieldsAt(targets, 'targets')));
  for (const path of changes.remove ?? []) {
    if (!listed.delete(path)) throw new KitenError('update/no-such-target', `There is no target ${path}.`);
  }
  for (const [path, target] of Object.entries(changes.add ?? {})) listed.set(path, target);
  return { ...next(targets, expires), targets: Object.fromEntries(listed) };
}

/** The same targets role again, a version later, which delegates to one role more, or anew. It comes last. */
export function draftDelegation(targets: Fields, delegation: NewDelegation, expires: number): Fields {
  const before = member(targets, 'delegations') ?? { keys: {}, roles: [] };
  const delegations = asFields(before, 'delegations');
  if (member(delegations, 'succinct_roles') !== undefined) throw mixed();
  const { name, paths, terminating = false } = delegation;
  const others = asList(member(delegations, 'roles'), 'roles').filter(
    (role) => textAt(asFields(role, 'roles'), 'name') !== name,
  );
  const role = { name, ...roleKeysOf(delegation), paths, terminating };
  const keys = { ...fieldsAt(delegations, 'keys'), ...keysOf(delegation) };
  return { ...next(targets, expires), delegations: { keys, roles: [...others, role] } };
}

/** Who is to sign for a role in place of its holders so far. */
export type Replacement = Holders | undefined;

/**
 * The same targets role again, a version later, which entrusts nothing to a role any more, or the same paths to other holders.
 *
 * @throws KitenError `update/no-such-role` if it delegates to none of that name.
 */
export function draftRevocation(
  targets: Fields,
  name: string,
  replacement: Replacement,
  expires: number,
): Fields {
  const before = member(targets, 'delegations');
  const delegations = before === undefined ? {} : asFields(before, 'delegations');
  const roles = asList(member(delegations, 'roles') ?? [], 'roles').map((role) => asFields(role, 'roles'));
  if (!roles.some((role) => textAt(role, 'name') === name))
    throw new KitenError('update/no-such-role', `Nothing is entrusted to a role ${name}.`);
  const others = roles.flatMap((role) => {
    if (textAt(role, 'name') !== name) return [role];
    return replacement === undefined ? [] : [{ ...role, ...roleKeysOf(replacement) }];
  });
  const keys = {
    ...fieldsAt(delegations, 'keys'),
    ...(replacement === undefined ? {} : keysOf(replacement)),
  };
  const used = new Set(others.flatMap((role) => asList(member(role, 'keyids'), 'keyids')));
  const kept = Object.fromEntries(Object.entries(keys).filter(([keyId]) => used.has(keyId)));
  return { ...next(targets, expires), delegations: { keys: kept, roles: others } };
}

/**
 * The same targets role again, a version later, which delegates to bins (TAP 15), or to the same ones under other keys.
 *
 * @throws KitenError `update/delegations-mixed` for a role that delegates otherwise already, `update/bins-impossible`.
 */
export function draftBins(targets: Fields, bins: NewBins, expires: number): Fields {
  const { bitLength, namePrefix } = bins;
  if (!Number.isSafeInteger(bitLength) || bitLength < 1 || bitLength > 16) {
    throw new KitenError('update/bins-impossible', 'There are 2 to the power of 1 to 16 bins.');
  }
  const before = member(targets, 'delegations');
  const present =
    before === undefined ? undefined : member(asFields(before, 'delegations'), 'succinct_roles');
  if (before !== undefined && present === undefined) throw mixed();
  if (present !== undefined) {
    const fields = asFields(present, 'succinct_roles');
    const isSame =
      wholeAt(fields, 'bit_length', 1) === bitLength && textAt(fields, 'name_prefix') === namePrefix;
    if (!isSame) {
      throw new KitenError(
        'update/bins-impossible',
        'Targets lie in bins already, in others: clients would not find them.',
      );
    }
  }
  const succinct = { ...roleKeysOf(bins), bit_length: bitLength, name_prefix: namePrefix };
  return { ...next(targets, expires), delegations: { keys: keysOf(bins), succinct_roles: succinct } };
}

function mixed(): KitenError {
  return new KitenError(
    'update/delegations-mixed',
    'A role delegates either to bins or to roles by name: put one of them below another role.',
  );
}

/** What a file that is listed is like. */
export interface Description {
  readonly version: number;
  readonly length: number;
  readonly hashes: Readonly<Record<string, string>>;
}

export function draftSnapshot(
  version: number,
  meta: Readonly<Record<string, Pick<Description, 'version'> | Description>>,
  expires: number,
): Fields {
  return { ...common('snapshot', version, expires), meta };
}

export function draftTimestamp(version: number, snapshot: Description, expires: number): Fields {
  return { ...common('timestamp', version, expires), meta: { 'snapshot.json': snapshot } };
}

function common(type: string, version: number, expires: number): Fields {
  return { _type: type, spec_version: specVersion, version, expires: formatDateTime(expires) };
}

function next(signed: Fields, expires: number): Fields {
  const version = wholeAt(signed, 'version', 0) + 1;
  return { ...signed, spec_version: specVersion, version, expires: formatDateTime(expires) };
}

function keysOf({ keys }: Holders): Fields {
  return Object.fromEntries(
    keys.map(({ algorithm, publicKey, holder }) => {
      const key = { ...keyObjectOf(algorithm, publicKey) };
      return [keyIdOf(key), holder === undefined ? key : { ...key, [holderMember]: holder }];
    }),
  );
}

function roleKeysOf(holders: Holders): { readonly keyids: readonly string[]; readonly threshold: number } {
  const keyids = Object.keys(keysOf(holders));
  const { threshold } = holders;
  if (Number.isSafeInteger(threshold) && threshold >= 1 && threshold <= keyids.length)
    return { keyids, threshold };
  throw new KitenError(
    'update/threshold-impossible',
    `A role of ${keyids.length} keys takes the signatures of 1 to ${keyids.length}, not of ${threshold}.`,
  );
}
