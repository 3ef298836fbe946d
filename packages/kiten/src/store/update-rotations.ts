import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** How the Director’s keys go over to others, or went. */
export interface KeptRotation {
  /** The version of the root that says so. */
  readonly root: number;
  /** Of the key that it goes over to. */
  readonly keyId: string;
  /** Whether somebody else has the key before. */
  readonly stolen: boolean;
  readonly state: 'begun' | 'decided' | 'cancelled';
  readonly begunBy: string;
  readonly begunAt: number;
  readonly reason: string;
  /** Of the root’s file, once it is decided. */
  readonly sha256?: string;
  readonly endedBy?: string;
  readonly endedAt?: number;
}

/** The newest first. */
export async function storedRotations(store: Kysely<Tables>): Promise<readonly KeptRotation[]> {
  const rows = await store.selectFrom('update_rotations').selectAll().orderBy('root', 'desc').execute();
  return rows.map((row) => ({
    ...{ root: row.root, keyId: row.key_id, stolen: row.stolen !== 0, begunBy: row.begun_by },
    ...{ state: row.state as KeptRotation['state'], begunAt: row.begun_at, reason: row.reason },
    ...(row.sha256 === null ? {} : { sha256: row.sha256 }),
    ...(row.ended_by === null ? {} : { endedBy: row.ended_by }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  }));
}

export async function putRotation(store: Kysely<Tables>, rotation: KeptRotation): Promise<void> {
  const { root, keyId, stolen, state, begunBy, begunAt, reason, sha256, endedBy, endedAt } = rotation;
  const row = {
    ...{ root, key_id: keyId, stolen: stolen ? 1 : 0, state, begun_by: begunBy, begun_at: begunAt, reason },
    ...{ sha256: sha256 ?? null, ended_by: endedBy ?? null, ended_at: endedAt ?? null },
  };
  await store
    .insertInto('update_rotations')
    .values(row)
    .onConflict((conflict) => conflict.column('root').doUpdateSet(row))
    .execute();
}
