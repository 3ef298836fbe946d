import type { Kysely, Selectable } from 'kysely';
import type { Tables } from './tables.ts';

/** A time-limited exception for a device or a group, which two people agreed on. */
export interface ExceptionRecord {
  readonly id: string;
  readonly device?: string;
  readonly group?: string;
  readonly grantedAt: number;
  readonly until: number;
  readonly requestedBy: string;
  readonly approvedBy: string;
  readonly reason: string;
  readonly endedAt?: number;
  readonly endedBy?: string;
  readonly endReason?: string;
}

export async function putException(store: Kysely<Tables>, exception: ExceptionRecord): Promise<void> {
  const { id, until, reason } = exception;
  const row = {
    ...{ id, until, reason },
    device: exception.device ?? null,
    group_name: exception.group ?? null,
    granted_at: exception.grantedAt,
    requested_by: exception.requestedBy,
    approved_by: exception.approvedBy,
    ended_at: exception.endedAt ?? null,
    ended_by: exception.endedBy ?? null,
    end_reason: exception.endReason ?? null,
  };
  await store
    .insertInto('exceptions')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

/** The newest first. */
export async function storedExceptions(store: Kysely<Tables>, limit: number): Promise<ExceptionRecord[]> {
  const rows = await store
    .selectFrom('exceptions')
    .selectAll()
    .orderBy('granted_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(exceptionOf);
}

/** Those that nobody, and not their time, has ended on record. */
export async function openExceptions(store: Kysely<Tables>): Promise<ExceptionRecord[]> {
  const rows = await store.selectFrom('exceptions').selectAll().where('ended_at', 'is', null).execute();
  return rows.map(exceptionOf);
}

function exceptionOf(row: Selectable<Tables['exceptions']>): ExceptionRecord {
  return {
    id: row.id,
    ...(row.device === null ? {} : { device: row.device }),
    ...(row.group_name === null ? {} : { group: row.group_name }),
    grantedAt: row.granted_at,
    until: row.until,
    requestedBy: row.requested_by,
    approvedBy: row.approved_by,
    reason: row.reason,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.ended_by === null ? {} : { endedBy: row.ended_by }),
    ...(row.end_reason === null ? {} : { endReason: row.end_reason }),
  };
}
