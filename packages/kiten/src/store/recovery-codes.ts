import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Puts these in the place of the codes that the operator had. */
export async function replaceRecoveryCodes(
  store: Kysely<Tables>,
  operator: string,
  hashes: readonly string[],
  at: number,
): Promise<void> {
  await store.deleteFrom('recovery_codes').where('operator', '=', operator).execute();
  await store
    .insertInto('recovery_codes')
    .values(hashes.map((hash) => ({ hash, operator, created_at: at })))
    .execute();
}

export async function recoveryCodeOwner(store: Kysely<Tables>, hash: string): Promise<string | undefined> {
  const row = await store
    .selectFrom('recovery_codes')
    .select('operator')
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row?.operator;
}

/** @returns false if it was used meanwhile */
export async function deleteRecoveryCode(store: Kysely<Tables>, hash: string): Promise<boolean> {
  const { numDeletedRows } = await store
    .deleteFrom('recovery_codes')
    .where('hash', '=', hash)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function recoveryCodesLeft(
  store: Kysely<Tables>,
  operator: string,
): Promise<{ left: number; createdAt?: number }> {
  const rows = await store
    .selectFrom('recovery_codes')
    .select('created_at')
    .where('operator', '=', operator)
    .execute();
  const [first] = rows;
  return { left: rows.length, ...(first === undefined ? {} : { createdAt: first.created_at }) };
}
