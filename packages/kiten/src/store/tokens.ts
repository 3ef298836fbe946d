import type { TokenRecord, TokenStore } from '@kiten/identity';
import { parseDeviceId } from '@kiten/trust';
import type { Selectable } from 'kysely';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

/** Enrolment tokens in the store, by their hashes. */
export function tokenStore(database: Database): TokenStore {
  return {
    async insert(record) {
      await database
        .insertInto('tokens')
        .values({
          hash: record.hash,
          device: record.device ?? null,
          group_name: record.group ?? null,
          created_at: record.createdAt,
          created_by: record.createdBy,
          expires_at: record.expiresAt,
          used_at: null,
          used_by: null,
          used_serial: null,
          revoked_at: null,
        })
        .execute();
    },
    async find(hash) {
      const row = await database.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
      return row === undefined ? undefined : recordOf(row);
    },
    async list() {
      const rows = await database
        .selectFrom('tokens')
        .selectAll()
        .orderBy('created_at', 'desc')
        .limit(1000)
        .execute();
      return rows.map(recordOf);
    },
    async revoke(hash, at) {
      const { numUpdatedRows } = await database
        .updateTable('tokens')
        .set({ revoked_at: at })
        .where('hash', '=', hash)
        .where('used_at', 'is', null)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}

export function recordOf(row: Selectable<Tables['tokens']>): TokenRecord {
  const { used_at, used_by, used_serial } = row;
  const used =
    used_at === null || used_by === null || used_serial === null
      ? {}
      : { used: { at: used_at, device: parseDeviceId(used_by), serial: used_serial } };
  return {
    hash: row.hash,
    ...(row.device === null ? {} : { device: parseDeviceId(row.device) }),
    ...(row.group_name === null ? {} : { group: row.group_name }),
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    ...used,
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}
