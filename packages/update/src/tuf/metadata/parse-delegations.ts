import { KitenError } from '@kiten/codec';
import {
  asFields,
  asList,
  type Fields,
  flagAt,
  malformed,
  member,
  textAt,
  textsAt,
  wholeAt,
} from './fields.ts';
import type { KeyReader } from './key.ts';
import type { DelegatedRole, Delegations, SuccinctRoles } from './model.ts';
import { parseRoleKeys } from './role-keys.ts';
import { checkRoleName } from './role-name.ts';

/** To whom a targets role delegates (TUF §4.5, TAP 15): named roles in order, or bins. */
export function parseDelegations(fields: Fields, readKeys: KeyReader): Delegations {
  const keys = readKeys(fields);
  const succinct = member(fields, 'succinct_roles');
  const roles = member(fields, 'roles');
  if ((succinct === undefined) === (roles === undefined)) {
    throw malformed('delegations', 'has either roles or succinct_roles');
  }
  if (succinct !== undefined) {
    return { keys, roles: [], succinct: parseSuccinct(asFields(succinct, 'succinct_roles')) };
  }
  const named = asList(roles, 'roles').map((role) => parseRole(asFields(role, 'roles')));
  if (new Set(named.map(({ name }) => name)).size !== named.length) {
    throw new KitenError('update/role-repeated', 'A role is delegated to twice under one name.');
  }
  return { keys, roles: named };
}

function parseRole(fields: Fields): DelegatedRole {
  const paths = member(fields, 'paths');
  const prefixes = member(fields, 'path_hash_prefixes');
  if (paths !== undefined && prefixes !== undefined) {
    throw malformed('roles', 'have either paths or path_hash_prefixes');
  }
  const hardwareIds = member(fields, 'hardware_ids');
  return {
    ...parseRoleKeys(fields),
    name: checkRoleName(textAt(fields, 'name')),
    terminating: flagAt(fields, 'terminating'),
    ...(hardwareIds !== undefined && { hardwareIds: textsAt(fields, 'hardware_ids') }),
    ...(paths !== undefined && { paths: textsAt(fields, 'paths') }),
    ...(prefixes !== undefined && { pathHashPrefixes: textsAt(fields, 'path_hash_prefixes') }),
  };
}

function parseSuccinct(fields: Fields): SuccinctRoles {
  const bitLength = wholeAt(fields, 'bit_length', 1);
  if (bitLength > 32) throw malformed('bit_length', 'is a whole number from 1 to 32');
  const namePrefix = checkRoleName(textAt(fields, 'name_prefix'));
  return { ...parseRoleKeys(fields), bitLength, namePrefix };
}
