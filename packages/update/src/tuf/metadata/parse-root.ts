import { asFields, type Fields, fieldsAt, flagAt, malformed } from './fields.ts';
import type { KeyReader } from './key.ts';
import { type CommonMetadata, type RootMetadata, topLevelRoles } from './model.ts';
import { parseRoleKeys } from './role-keys.ts';

/** The signed part of a root (TUF §4.3). */
export function parseRoot(signed: Fields, common: CommonMetadata, readKeys: KeyReader): RootMetadata {
  const roles = new Map(
    Object.entries(fieldsAt(signed, 'roles')).map(([role, keys]) => [
      role,
      parseRoleKeys(asFields(keys, 'roles')),
    ]),
  );
  for (const role of topLevelRoles) if (!roles.has(role)) throw malformed('roles', `names the role ${role}`);
  return {
    type: 'root',
    ...common,
    consistentSnapshot: flagAt(signed, 'consistent_snapshot'),
    keys: readKeys(signed),
    roles,
  };
}
