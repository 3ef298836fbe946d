import type { Kysely, Selectable } from 'kysely';
import type { Tables } from './tables.ts';

/** A token for a program, as the store knows it: by its hash. */
export interface StoredApiToken {
  readonly hash: string;
  readonly operator: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  /** Absent if it holds until it is revoked. */
  readonly expiresAt?: number;
  readonly usedAt?: number;
  /** Whose hand it came from; absent of tokens from before that was kept. */
  readonly createdBy?: string;
}

export async function insertApiToken(store: Kysely<Tables>, token: StoredApiToken): Promise<void> {
  await store
    .insertInto('api_tokens')
    .values({
      hash: token.hash,
      operator: token.operator,
      name: token.name,
      scopes: JSON.stringify(token.scopes),
      created_at: token.createdAt,
      expires_at: token.expiresAt ?? null,
      used_at: token.usedAt ?? null,
      created_by: token.createdBy ?? null,
    })
    .execute();
}

export async function storedApiToken(
  store: Kysely<Tables>,
  hash: string,
): Promise<(StoredApiToken & { readonly role: string }) | undefined> {
  const row = await store
    .selectFrom('api_tokens')
    .innerJoin('operators', 'operators.name', 'api_tokens.operator')
    .selectAll('api_tokens')
    .select('operators.role')
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row === undefined ? undefined : { ...tokenOf(row), role: row.role };
}

/** Those of one operator, or all; the newest first. */
export async function storedApiTokens(store: Kysely<Tables>, operator?: string): Promise<StoredApiToken[]> {
  const rows = await store
    .selectFrom('api_tokens')
    .selectAll()
    .$if(operator !== undefined, (query) => query.where('operator', '=', operator ?? ''))
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map(tokenOf);
}

/** @returns whether there was one */
export async function deleteApiToken(store: Kysely<Tables>, hash: string): Promise<boolean> {
  const { numDeletedRows } = await store.deleteFrom('api_tokens').where('hash', '=', hash).executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function markUsed(store: Kysely<Tables>, hash: string, at: number): Promise<void> {
  await store.updateTable('api_tokens').set({ used_at: at }).where('hash', '=', hash).execute();
}

export async function forgetApiTokens(store: Kysely<Tables>, now: number): Promise<void> {
  await store.deleteFrom('api_tokens').where('expires_at', '<=', now).execute();
}

function tokenOf(row: Selectable<Tables['api_tokens']>): StoredApiToken {
  return {
    hash: row.hash,
    operator: row.operator,
    name: row.name,
    scopes: JSON.parse(row.scopes) as string[],
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.used_at === null ? {} : { usedAt: row.used_at }),
    ...(row.created_by === null ? {} : { createdBy: row.created_by }),
  };
}
