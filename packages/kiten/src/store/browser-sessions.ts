import type { Kysely, Selectable } from 'kysely';
import type { Tables } from './tables.ts';

/** A browser that is signed in, as the store knows it: by the hash of its cookie. */
export interface StoredSession {
  readonly hash: string;
  readonly operator: string;
  readonly by: string;
  /** As the browser names itself. */
  readonly browser: string;
  readonly address: string;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly expiresAt: number;
  /** Whose hand it came from, if not the operator's own. */
  readonly createdBy?: string;
  /** The identity provider's session (`sid`) that it came by. */
  readonly providerSession?: string;
}

export async function insertSession(store: Kysely<Tables>, session: StoredSession): Promise<void> {
  await store
    .insertInto('browser_sessions')
    .values({
      hash: session.hash,
      operator: session.operator,
      signed_in_by: session.by,
      browser: session.browser,
      address: session.address,
      created_at: session.createdAt,
      seen_at: session.seenAt,
      expires_at: session.expiresAt,
      created_by: session.createdBy ?? null,
      provider_session: session.providerSession ?? null,
    })
    .execute();
}

export async function storedSession(
  store: Kysely<Tables>,
  hash: string,
): Promise<(StoredSession & { readonly role: string }) | undefined> {
  const row = await store
    .selectFrom('browser_sessions')
    .innerJoin('operators', 'operators.name', 'browser_sessions.operator')
    .selectAll('browser_sessions')
    .select('operators.role')
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row === undefined ? undefined : { ...sessionOf(row), role: row.role };
}

/** Those of one operator, or all; the newest first. */
export async function storedSessions(store: Kysely<Tables>, operator?: string): Promise<StoredSession[]> {
  const rows = await store
    .selectFrom('browser_sessions')
    .selectAll()
    .$if(operator !== undefined, (query) => query.where('operator', '=', operator ?? ''))
    .orderBy('created_at', 'desc')
    .execute();
  return rows.map(sessionOf);
}

/** @returns whether there was one */
export async function deleteSession(store: Kysely<Tables>, hash: string): Promise<boolean> {
  const { numDeletedRows } = await store
    .deleteFrom('browser_sessions')
    .where('hash', '=', hash)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function markSeen(store: Kysely<Tables>, hash: string, at: number): Promise<void> {
  await store.updateTable('browser_sessions').set({ seen_at: at }).where('hash', '=', hash).execute();
}

function sessionOf(row: Selectable<Tables['browser_sessions']>): StoredSession {
  return {
    hash: row.hash,
    operator: row.operator,
    by: row.signed_in_by,
    browser: row.browser,
    address: row.address,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
    ...(row.created_by === null ? {} : { createdBy: row.created_by }),
    ...(row.provider_session === null ? {} : { providerSession: row.provider_session }),
  };
}
