import type { Kysely, Selectable } from 'kysely';
import type { Tables } from './tables.ts';

export type ApprovalState = 'pending' | 'approved' | 'denied' | 'expired' | 'failed';

/** Something that an operator asked for and that a second one decides about. */
export interface ApprovalRecord {
  readonly id: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly requestedBy: string;
  /** Whose hand the access came from by which it was asked for, if not their own. */
  readonly requestedHand?: string;
  readonly reason: string;
  readonly requestedAt: number;
  readonly expiresAt: number;
  readonly state: ApprovalState;
  readonly decidedBy?: string;
  readonly decisionReason?: string;
  readonly decidedAt?: number;
  /** When what was approved was done. */
  readonly doneAt?: number;
  /** Why what was approved could not be done. */
  readonly problem?: { readonly code: string; readonly detail: string };
}

export async function putApproval(store: Kysely<Tables>, approval: ApprovalRecord): Promise<void> {
  const { id, action, state, reason } = approval;
  const row = {
    ...{ id, action, state, reason },
    parameters: JSON.stringify(approval.parameters),
    requested_by: approval.requestedBy,
    requested_hand: approval.requestedHand ?? null,
    requested_at: approval.requestedAt,
    expires_at: approval.expiresAt,
    decided_by: approval.decidedBy ?? null,
    decision_reason: approval.decisionReason ?? null,
    decided_at: approval.decidedAt ?? null,
    done_at: approval.doneAt ?? null,
    problem: approval.problem === undefined ? null : JSON.stringify(approval.problem),
  };
  await store
    .insertInto('approvals')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

/** The newest first. */
export async function storedApprovals(store: Kysely<Tables>, limit: number): Promise<ApprovalRecord[]> {
  const rows = await store
    .selectFrom('approvals')
    .selectAll()
    .orderBy('requested_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(approvalOf);
}

export async function storedApproval(store: Kysely<Tables>, id: string): Promise<ApprovalRecord | undefined> {
  const row = await store.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : approvalOf(row);
}

/** Approved, and neither done nor failed: a crash came between. */
export async function interruptedApprovals(store: Kysely<Tables>): Promise<ApprovalRecord[]> {
  const rows = await store
    .selectFrom('approvals')
    .selectAll()
    .where('state', '=', 'approved')
    .where('done_at', 'is', null)
    .execute();
  return rows.map(approvalOf);
}

export async function pendingCount(store: Kysely<Tables>, now: number): Promise<number> {
  const { pending } = await store
    .selectFrom('approvals')
    .select(({ fn }) => fn.countAll<number>().as('pending'))
    .where('state', '=', 'pending')
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  return Number(pending);
}

function approvalOf(row: Selectable<Tables['approvals']>): ApprovalRecord {
  return {
    id: row.id,
    action: row.action,
    parameters: JSON.parse(row.parameters),
    requestedBy: row.requested_by,
    ...(row.requested_hand === null ? {} : { requestedHand: row.requested_hand }),
    reason: row.reason,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
    state: row.state as ApprovalState,
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
    ...(row.decision_reason === null ? {} : { decisionReason: row.decision_reason }),
    ...(row.decided_at === null ? {} : { decidedAt: row.decided_at }),
    ...(row.done_at === null ? {} : { doneAt: row.done_at }),
    ...(row.problem === null ? {} : { problem: JSON.parse(row.problem) }),
  };
}
