import type { CrossJudgement, LessonEnd, RelationAlarm, StreamRelation } from '@kiten/measurement';
import type { Kysely, Selectable } from 'kysely';
import type { Tables } from './tables.ts';

/** Streams that are compared, and what is being done with them. */
export interface RelationRecord {
  readonly relation: StreamRelation;
  readonly setBy: string;
  readonly setAt: number;
  readonly reason: string;
  /** It is being learned. */
  readonly lesson?: LessonEnd;
  /** Whether what will be learned is accepted at once. */
  readonly accepts: boolean;
  /** SHA-256, hexadecimal, of the profile that waits to be accepted, and of the one that it is judged by. */
  readonly proposal?: string;
  readonly profile?: string;
  /** Checks that were proposed when it was learned, with how much of each other the sensors explain. */
  readonly related?: readonly { readonly check: string; readonly explained: number }[];
  /** Why nothing could be learned. */
  readonly problem?: string;
}

export async function allRelations(store: Kysely<Tables>): Promise<RelationRecord[]> {
  const rows = await store.selectFrom('stream_relations').selectAll().orderBy('id').execute();
  return rows.map(recordOf);
}

export async function putRelation(store: Kysely<Tables>, record: RelationRecord): Promise<void> {
  const row = {
    relation: JSON.stringify(record.relation),
    ...{ set_by: record.setBy, set_at: record.setAt, reason: record.reason },
    lesson: record.lesson === undefined ? null : JSON.stringify(record.lesson),
    accepts: record.accepts ? 1 : 0,
    proposal: record.proposal ?? null,
    profile: record.profile ?? null,
    related: record.related === undefined ? null : JSON.stringify(record.related),
    problem: record.problem ?? null,
  };
  await store
    .insertInto('stream_relations')
    .values({ id: record.relation.id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function forgetRelation(store: Kysely<Tables>, id: string): Promise<void> {
  await store.deleteFrom('stream_relations').where('id', '=', id).execute();
  await store.deleteFrom('relation_alarms').where('relation', '=', id).execute();
}

/** An alarm as it begins, is understood otherwise, or ends. */
export async function putRelationAlarm(store: Kysely<Tables>, alarm: RelationAlarm): Promise<void> {
  const { relation, began, ended, judgement } = alarm;
  const row = { ended: ended ?? null, judgement: JSON.stringify(judgement) };
  await store
    .insertInto('relation_alarms')
    .values({ relation, began, ...row })
    .onConflict((conflict) => conflict.columns(['relation', 'began']).doUpdateSet(row))
    .execute();
}

/** The newest first. */
export async function relationAlarmsOf(
  store: Kysely<Tables>,
  relation: string,
  limit: number,
): Promise<RelationAlarm[]> {
  const rows = await store
    .selectFrom('relation_alarms')
    .selectAll()
    .where('relation', '=', relation)
    .orderBy('began', 'desc')
    .limit(limit)
    .execute();
  return rows.map(alarmOf);
}

/** The newest that has no end yet. */
export async function lastingAlarmOf(
  store: Kysely<Tables>,
  relation: string,
): Promise<{ readonly alarm?: RelationAlarm }> {
  const [row] = await store
    .selectFrom('relation_alarms')
    .selectAll()
    .where('relation', '=', relation)
    .where('ended', 'is', null)
    .orderBy('began', 'desc')
    .limit(1)
    .execute();
  return row === undefined ? {} : { alarm: alarmOf(row) };
}

/** None lasts any more. */
export async function endRelationAlarms(store: Kysely<Tables>, relation: string, at: number): Promise<void> {
  await store
    .updateTable('relation_alarms')
    .set({ ended: at })
    .where('relation', '=', relation)
    .where('ended', 'is', null)
    .execute();
}

/** Alarms that began before that time. */
export async function forgetRelationAlarms(store: Kysely<Tables>, before: number): Promise<void> {
  await store.deleteFrom('relation_alarms').where('began', '<', before).execute();
}

function alarmOf({ ended, judgement, ...rest }: Selectable<Tables['relation_alarms']>): RelationAlarm {
  return {
    ...rest,
    ...(ended === null ? {} : { ended }),
    judgement: JSON.parse(judgement) as CrossJudgement,
  };
}

function recordOf(row: Selectable<Tables['stream_relations']>): RelationRecord {
  return {
    relation: JSON.parse(row.relation) as StreamRelation,
    ...{ setBy: row.set_by, setAt: row.set_at, reason: row.reason, accepts: row.accepts === 1 },
    ...(row.lesson === null ? {} : { lesson: JSON.parse(row.lesson) as LessonEnd }),
    ...(row.proposal === null ? {} : { proposal: row.proposal }),
    ...(row.profile === null ? {} : { profile: row.profile }),
    ...(row.related === null
      ? {}
      : { related: JSON.parse(row.related) as NonNullable<RelationRecord['related']> }),
    ...(row.problem === null ? {} : { problem: row.problem }),
  };
}
