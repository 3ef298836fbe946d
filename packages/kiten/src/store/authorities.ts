import type { Authority, Role } from '@kiten/trust';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

export async function storedAuthorities(store: Kysely<Tables>): Promise<Authority[]> {
  const rows = await store.selectFrom('authorities').selectAll().orderBy('name').orderBy('role').execute();
  return rows.map(({ name, role, public_key }) => ({ name, role: role as Role, publicKey: public_key }));
}

export async function insertAuthority(
  store: Kysely<Tables>,
  { name, role, publicKey }: Authority,
  addedBy: string,
  at: number,
): Promise<void> {
  const row = { name, role, public_key: publicKey, added_by: addedBy, added_at: at };
  await store.insertInto('authorities').values(row).execute();
}

export async function deleteAuthority(store: Kysely<Tables>, name: string, role: string): Promise<void> {
  await store.deleteFrom('authorities').where('name', '=', name).where('role', '=', role).execute();
}
