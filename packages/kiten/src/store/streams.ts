import type { AlarmDiagnosis, AlarmWindow, LessonEnd, StreamDeclaration } from '@kiten/measurement';
import type { Kysely, Selectable } from 'kysely';
import type { Tables } from './tables.ts';

/** A declaration of streams, and who made it. */
export interface DeclarationRecord {
  readonly declaration: StreamDeclaration;
  readonly setBy: string;
  readonly setAt: number;
  readonly reason: string;
}

/** A stream that has appeared: what is being done with it. */
export interface StreamRecord {
  readonly stream: string;
  readonly device: string;
  readonly declaration: string;
  readonly topic: string;
  readonly appearedAt: number;
  /** It is being learned. */
  readonly lesson?: LessonEnd;
  /** Whether what will be learned is accepted at once. */
  readonly accepts: boolean;
  /** SHA-256, hexadecimal, of the profile that waits to be accepted, and of the one that it is judged by. */
  readonly proposal?: string;
  readonly profile?: string;
  /** Why nothing could be learned. */
  readonly problem?: string;
}

export async function allDeclarations(store: Kysely<Tables>): Promise<DeclarationRecord[]> {
  const rows = await store.selectFrom('stream_declarations').selectAll().orderBy('id').execute();
  return rows.map(({ declaration, set_by: setBy, set_at: setAt, reason }) => ({
    declaration: JSON.parse(declaration) as StreamDeclaration,
    setBy,
    setAt,
    reason,
  }));
}

export async function putDeclaration(store: Kysely<Tables>, record: DeclarationRecord): Promise<void> {
  const { declaration, setBy, setAt, reason } = record;
  const row = { declaration: JSON.stringify(declaration), set_by: setBy, set_at: setAt, reason };
  await store
    .insertInto('stream_declarations')
    .values({ id: declaration.id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function forgetDeclaration(store: Kysely<Tables>, id: string): Promise<void> {
  await store.deleteFrom('stream_declarations').where('id', '=', id).execute();
}

export async function allStreams(store: Kysely<Tables>): Promise<StreamRecord[]> {
  const rows = await store.selectFrom('streams').selectAll().orderBy('stream').execute();
  return rows.map(recordOf);
}

export async function putStream(store: Kysely<Tables>, record: StreamRecord): Promise<void> {
  const { stream } = record;
  const row = {
    device: record.device,
    declaration: record.declaration,
    topic: record.topic,
    appeared_at: record.appearedAt,
    lesson: record.lesson === undefined ? null : JSON.stringify(record.lesson),
    accepts: record.accepts ? 1 : 0,
    proposal: record.proposal ?? null,
    profile: record.profile ?? null,
    problem: record.problem ?? null,
  };
  await store
    .insertInto('streams')
    .values({ stream, ...row, memory: null, wandered: null })
    .onConflict((conflict) => conflict.column('stream').doUpdateSet(row))
    .execute();
}

/** Streams that nothing declares any more. */
export async function forgetStreams(
  store: Kysely<Tables>,
  streams: readonly string[],
  at: number,
): Promise<void> {
  await endAlarms(store, streams, at);
  for (const some of slices(streams)) await store.deleteFrom('streams').where('stream', 'in', some).execute();
}

/** Streams whose rows are others than before: nothing that was learned is of them. @param lesson a new one, for all of them */
export async function beginStreams(
  store: Kysely<Tables>,
  streams: readonly string[],
  { at, lesson }: { readonly at: number; readonly lesson: LessonEnd | undefined },
): Promise<void> {
  await endAlarms(store, streams, at);
  const nothing = { accepts: 0, proposal: null, profile: null, problem: null, wandered: null };
  const row = { ...nothing, lesson: lesson === undefined ? null : JSON.stringify(lesson) };
  for (const some of slices(streams))
    await store.updateTable('streams').set(row).where('stream', 'in', some).execute();
}

async function endAlarms(store: Kysely<Tables>, streams: readonly string[], at: number): Promise<void> {
  for (const some of slices(streams))
    await store
      .updateTable('stream_alarms')
      .set({ ended: at })
      .where('stream', 'in', some)
      .where('ended', 'is', null)
      .execute();
}

/** As many as one statement takes. */
function* slices(streams: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < streams.length; at += 500) yield streams.slice(at, at + 500);
}

/** What freshness remembers of a stream, as JSON. */
export async function keepMemory(store: Kysely<Tables>, stream: string, memory: string): Promise<void> {
  await store.updateTable('streams').set({ memory }).where('stream', '=', stream).execute();
}

export async function allMemories(store: Kysely<Tables>): Promise<ReadonlyMap<string, string>> {
  const rows = await store
    .selectFrom('streams')
    .select(['stream', 'memory'])
    .where('memory', 'is not', null)
    .execute();
  return new Map(rows.map(({ stream, memory }) => [stream, memory as string]));
}

/**
 * Where the normal of a stream has wandered to, as JSON.
 *
 * @param profile from which one: of a stream that is judged by another one by now, nothing is kept
 * @param wandered null: nowhere
 */
export async function keepWandered(
  store: Kysely<Tables>,
  stream: string,
  { profile, wandered }: { readonly profile: string; readonly wandered: string | null },
): Promise<void> {
  await store
    .updateTable('streams')
    .set({ wandered })
    .where('stream', '=', stream)
    .where('profile', '=', profile)
    .execute();
}

/** It begins where it is accepted. */
export async function forgetWandered(store: Kysely<Tables>, stream: string): Promise<void> {
  await store.updateTable('streams').set({ wandered: null }).where('stream', '=', stream).execute();
}

export async function allWandered(store: Kysely<Tables>): Promise<ReadonlyMap<string, string>> {
  const rows = await store
    .selectFrom('streams')
    .select(['stream', 'wandered'])
    .where('wandered', 'is not', null)
    .execute();
  return new Map(rows.map(({ stream, wandered }) => [stream, wandered as string]));
}

/** An alarm as it begins, is understood otherwise, or ends. */
export async function putAlarm(store: Kysely<Tables>, window: AlarmWindow): Promise<void> {
  const { stream, began, ended, severity, sees, channels, diagnosis } = window;
  const row = {
    ...{ ended: ended ?? null, severity, sees, channels: JSON.stringify(channels) },
    diagnosis: diagnosis === undefined ? null : JSON.stringify(diagnosis),
  };
  await store
    .insertInto('stream_alarms')
    .values({ stream, began, ...row })
    .onConflict((conflict) => conflict.columns(['stream', 'began']).doUpdateSet(row))
    .execute();
}

/** The newest first. */
export async function alarmsOf(store: Kysely<Tables>, stream: string, limit: number): Promise<AlarmWindow[]> {
  const rows = await store
    .selectFrom('stream_alarms')
    .selectAll()
    .where('stream', '=', stream)
    .orderBy('began', 'desc')
    .limit(limit)
    .execute();
  return rows.map(windowOf);
}

/** Alarms that had not ended when judging stopped, the oldest of a stream first. */
export async function lastingAlarms(store: Kysely<Tables>): Promise<AlarmWindow[]> {
  const rows = await store
    .selectFrom('stream_alarms')
    .selectAll()
    .where('ended', 'is', null)
    .orderBy('began')
    .execute();
  return rows.map(windowOf);
}

/** Alarms that began before that time. */
export async function forgetAlarms(store: Kysely<Tables>, before: number): Promise<void> {
  await store.deleteFrom('stream_alarms').where('began', '<', before).execute();
}

function windowOf({ channels, ended, diagnosis, ...rest }: Selectable<Tables['stream_alarms']>): AlarmWindow {
  return {
    ...rest,
    channels: JSON.parse(channels) as string[],
    ...(ended === null ? {} : { ended }),
    ...(diagnosis === null ? {} : { diagnosis: JSON.parse(diagnosis) as AlarmDiagnosis }),
  };
}

function recordOf(row: Selectable<Tables['streams']>): StreamRecord {
  const { stream, device, declaration, topic, appeared_at: appearedAt, accepts } = row;
  return {
    ...{ stream, device, declaration, topic, appearedAt, accepts: accepts === 1 },
    ...(row.lesson === null ? {} : { lesson: JSON.parse(row.lesson) as LessonEnd }),
    ...(row.proposal === null ? {} : { proposal: row.proposal }),
    ...(row.profile === null ? {} : { profile: row.profile }),
    ...(row.problem === null ? {} : { problem: row.problem }),
  };
}
