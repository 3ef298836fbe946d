import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Puts these in the place of the codes that the operator had. */
export async function replaceRecoveryCodes(
  store: Kysely<Tables>,
  operator: string,
  hashes: readonly string[],
  made: { readonly at: number; readonly by: string | undefined },
): Promise<void> {
  await store.deleteFrom('recovery_codes').where('operator', '=', operator).execute();
  await store
    .insertInto('recovery_codes')
    .values(hashes.map((hash) => ({ hash, operator, created_at: made.at, created_by: made.by ?? null })))
    .execute();
}

/** Whose it is, and whose hand it came from, if not theirs. */
export async function recoveryCodeOwner(
  store: Kysely<Tables>,
  hash: string,
): Promise<{ readonly operator: string; readonly createdBy: string | null } | undefined> {
  const row = await store
    .selectFrom('recovery_codes')
    .select(['operator', 'created_by'])
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row === undefined ? undefined : { operator: row.operator, createdBy: row.created_by };
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
