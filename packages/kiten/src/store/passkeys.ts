import type { Kysely, Selectable } from 'kysely';
import type { Tables } from './tables.ts';

/** A passkey, as the store knows it. */
export interface StoredPasskey {
  /** The credential's id, base64url. */
  readonly id: string;
  readonly operator: string;
  readonly name: string;
  /** The relying party's id: the host name that it signs in at. */
  readonly host: string;
  /** COSE_Key. */
  readonly publicKey: Uint8Array;
  /** As the authenticator counted last; 0 if it does not count. */
  readonly counter: number;
  readonly transports: readonly string[];
  /** Whether it is kept beyond the one device. */
  readonly backedUp: boolean;
  readonly createdAt: number;
  readonly usedAt?: number;
  /** Whose hand it came from, if not the operator's own. */
  readonly createdBy?: string;
}

/** @returns false if there is one with this id */
export async function insertPasskey(store: Kysely<Tables>, passkey: StoredPasskey): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await store
    .insertInto('passkeys')
    .values({
      id: passkey.id,
      operator: passkey.operator,
      name: passkey.name,
      host: passkey.host,
      public_key: passkey.publicKey,
      counter: passkey.counter,
      transports: JSON.stringify(passkey.transports),
      backed_up: passkey.backedUp ? 1 : 0,
      created_at: passkey.createdAt,
      used_at: null,
      created_by: passkey.createdBy ?? null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Those of one operator, or all; the newest first. */
export async function storedPasskeys(store: Kysely<Tables>, operator?: string): Promise<StoredPasskey[]> {
  const rows = await store
    .selectFrom('passkeys')
    .selectAll()
    .$if(operator !== undefined, (query) => query.where('operator', '=', operator ?? ''))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(passkeyOf);
}

export async function storedPasskey(store: Kysely<Tables>, id: string): Promise<StoredPasskey | undefined> {
  const row = await store.selectFrom('passkeys').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : passkeyOf(row);
}

export async function hasPasskeys(store: Kysely<Tables>, host: string): Promise<boolean> {
  const row = await store
    .selectFrom('passkeys')
    .select('id')
    .where('host', '=', host)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** @returns false if it was used or removed meanwhile */
export async function usePasskey(
  store: Kysely<Tables>,
  { id, counter }: StoredPasskey,
  use: { readonly counter: number; readonly backedUp: boolean; readonly at: number },
): Promise<boolean> {
  const { numUpdatedRows } = await store
    .updateTable('passkeys')
    .set({ counter: use.counter, backed_up: use.backedUp ? 1 : 0, used_at: use.at })
    .where('id', '=', id)
    .where('counter', '=', counter)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function renamePasskey(store: Kysely<Tables>, id: string, name: string): Promise<void> {
  await store.updateTable('passkeys').set({ name }).where('id', '=', id).execute();
}

export async function deletePasskey(store: Kysely<Tables>, id: string): Promise<void> {
  await store.deleteFrom('passkeys').where('id', '=', id).execute();
}

/** What authenticators know an operator by, which says nothing about who it is. Made with `fresh` the first time. */
export async function userHandle(
  store: Kysely<Tables>,
  operator: string,
  fresh: () => Uint8Array,
): Promise<Uint8Array | undefined> {
  await store
    .updateTable('operators')
    .set({ handle: fresh() })
    .where('name', '=', operator)
    .where('handle', 'is', null)
    .execute();
  const row = await store
    .selectFrom('operators')
    .select('handle')
    .where('name', '=', operator)
    .executeTakeFirst();
  return row?.handle ?? undefined;
}

function passkeyOf(row: Selectable<Tables['passkeys']>): StoredPasskey {
  return {
    id: row.id,
    operator: row.operator,
    name: row.name,
    host: row.host,
    publicKey: row.public_key,
    counter: row.counter,
    transports: JSON.parse(row.transports) as string[],
    backedUp: row.backed_up === 1,
    createdAt: row.created_at,
    ...(row.used_at === null ? {} : { usedAt: row.used_at }),
    ...(row.created_by === null ? {} : { createdBy: row.created_by }),
  };
}
