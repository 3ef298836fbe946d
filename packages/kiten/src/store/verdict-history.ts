import { type Subject, subjectKey, type TrustVector } from '@kiten/trust';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** What a verdict said when it changed. */
export interface PastVerdict {
  readonly epoch: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly status: string;
  readonly overdue: boolean;
  readonly vector: TrustVector;
}

/** The newest verdicts on a subject, the oldest of them first. */
export async function verdictHistory(
  store: Kysely<Tables>,
  subject: Subject,
  limit: number,
): Promise<PastVerdict[]> {
  const rows = await store
    .selectFrom('verdicts')
    .select(['epoch', 'at', 'status', 'overdue', 'vector'])
    .where('subject', '=', subjectKey(subject))
    .orderBy('epoch', 'desc')
    .limit(limit)
    .execute();
  return rows.toReversed().map(({ overdue, vector, ...row }) => ({
    ...row,
    overdue: overdue === 1,
    vector: JSON.parse(vector) as TrustVector,
  }));
}
