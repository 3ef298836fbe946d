import type { Kysely, Selectable } from 'kysely';
import type { Tables } from './tables.ts';

/** An operator as the store knows one. */
export interface StoredOperator {
  readonly name: string;
  readonly role: string;
  readonly createdAt: number;
  /** When they came in for the first time. */
  readonly arrivedAt?: number;
}

/** @returns false if the name is taken */
export async function insertOperator(
  store: Kysely<Tables>,
  { name, role, createdAt, arrivedAt }: StoredOperator,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await store
    .insertInto('operators')
    .values({ name, role, created_at: createdAt, handle: null, arrived_at: arrivedAt ?? null })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** All of them, the oldest first. */
export async function storedOperators(store: Kysely<Tables>): Promise<StoredOperator[]> {
  const rows = await store
    .selectFrom('operators')
    .selectAll()
    .orderBy('created_at')
    .orderBy('name')
    .execute();
  return rows.map(operatorOf);
}

export async function storedOperator(
  store: Kysely<Tables>,
  name: string,
): Promise<StoredOperator | undefined> {
  const row = await store.selectFrom('operators').selectAll().where('name', '=', name).executeTakeFirst();
  return row === undefined ? undefined : operatorOf(row);
}

function operatorOf({ name, role, created_at, arrived_at }: Selectable<Tables['operators']>): StoredOperator {
  return { name, role, createdAt: created_at, ...(arrived_at === null ? {} : { arrivedAt: arrived_at }) };
}

/** Keeps when an operator came in, the first time. */
export async function markArrived(store: Kysely<Tables>, name: string, at: number): Promise<void> {
  await store
    .updateTable('operators')
    .set({ arrived_at: at })
    .where('name', '=', name)
    .where('arrived_at', 'is', null)
    .execute();
}

export async function updateRole(store: Kysely<Tables>, name: string, role: string): Promise<void> {
  await store.updateTable('operators').set({ role }).where('name', '=', name).execute();
}

/** With all by which it could sign in. */
export async function deleteOperator(store: Kysely<Tables>, name: string): Promise<void> {
  for (const table of [
    'sign_in_links',
    'browser_sessions',
    'api_tokens',
    'passkeys',
    'recovery_codes',
    'operator_identities',
  ] as const)
    await store.deleteFrom(table).where('operator', '=', name).execute();
  await store.deleteFrom('operators').where('name', '=', name).execute();
}

export async function insertLink(
  store: Kysely<Tables>,
  link: {
    readonly hash: string;
    readonly operator: string;
    readonly expiresAt: number;
    readonly createdBy: string | undefined;
  },
): Promise<void> {
  const { hash, operator, expiresAt, createdBy } = link;
  await store
    .insertInto('sign_in_links')
    .values({ hash, operator, expires_at: expiresAt, used_at: null, created_by: createdBy ?? null })
    .execute();
}

/** @returns whose link it is, and whose hand it came from if not theirs, if it is one that may still be used */
export async function linkOwner(
  store: Kysely<Tables>,
  hash: string,
  now: number,
): Promise<{ readonly operator: string; readonly createdBy: string | null } | undefined> {
  const row = await store
    .selectFrom('sign_in_links')
    .select(['operator', 'created_by'])
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row === undefined ? undefined : { operator: row.operator, createdBy: row.created_by };
}

/** @returns false if it was used meanwhile */
export async function useLink(store: Kysely<Tables>, hash: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await store
    .updateTable('sign_in_links')
    .set({ used_at: now })
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function forgetLinks(store: Kysely<Tables>, now: number): Promise<void> {
  await store.deleteFrom('sign_in_links').where('expires_at', '<=', now).execute();
}
