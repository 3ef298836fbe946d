import type { PasswordOrigin } from '@kiten/identity';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A device's password, as far as it is kept. */
export interface PasswordRecord {
  readonly device: string;
  /** Names this password, and tells nothing of it. */
  readonly credential: string;
  readonly hash: string;
  readonly origin: PasswordOrigin;
  readonly setAt: number;
  readonly setBy: string;
}

/** Sets a device's password in place of the one it had. */
export async function putPassword(store: Kysely<Tables>, record: PasswordRecord): Promise<void> {
  const { device, credential, hash, origin, setAt, setBy } = record;
  const row = { credential, hash, origin, set_at: setAt, set_by: setBy };
  await store
    .insertInto('passwords')
    .values({ device, ...row })
    .onConflict((conflict) => conflict.column('device').doUpdateSet(row))
    .execute();
}

export async function findPassword(
  store: Kysely<Tables>,
  device: string,
): Promise<PasswordRecord | undefined> {
  const row = await store.selectFrom('passwords').selectAll().where('device', '=', device).executeTakeFirst();
  return row === undefined ? undefined : recordOf(row);
}

export async function allPasswords(store: Kysely<Tables>): Promise<PasswordRecord[]> {
  return (await store.selectFrom('passwords').selectAll().execute()).map(recordOf);
}

/** The same password, kept by a better hash. Nothing happens if it was replaced meanwhile. */
export async function rehashPassword(
  store: Kysely<Tables>,
  { device, credential }: PasswordRecord,
  hash: string,
): Promise<void> {
  await store
    .updateTable('passwords')
    .set({ hash })
    .where('device', '=', device)
    .where('credential', '=', credential)
    .execute();
}

export async function forgetPassword(store: Kysely<Tables>, device: string): Promise<void> {
  await store.deleteFrom('passwords').where('device', '=', device).execute();
}

function recordOf(row: Tables['passwords']): PasswordRecord {
  const { device, credential, hash, origin, set_at: setAt, set_by: setBy } = row;
  return { device, credential, hash, origin: origin as PasswordOrigin, setAt, setBy };
}
