import { isEnforcementMode, parseClaimName } from '@kiten/trust';
import type { Kysely } from 'kysely';
import type { GroupSettings } from '../site/group-settings.ts';
import type { Tables } from './tables.ts';

/** Puts a group as it is now. */
export async function putGroup(store: Kysely<Tables>, group: GroupSettings): Promise<void> {
  const row = { name: group.name, required: JSON.stringify(group.required), mode: group.mode };
  await store
    .insertInto('groups')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

export async function storedGroups(store: Kysely<Tables>): Promise<GroupSettings[]> {
  const rows = await store.selectFrom('groups').selectAll().execute();
  return rows.map(({ name, required, mode }) => ({
    name,
    required: (JSON.parse(required) as string[]).map(parseClaimName),
    // What cannot be read enforces.
    mode: isEnforcementMode(mode) ? mode : 'enforce',
  }));
}
