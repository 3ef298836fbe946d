import type { Kysely } from 'kysely';
import { forgetObservations } from './observations.ts';
import type { Tables } from './tables.ts';

/** What one device did to one topic within one minute. */
export interface TrafficRow {
  readonly device: string;
  readonly action: string;
  readonly topic: string;
  readonly allowed: number;
  readonly denied: number;
}

/** Adds a minute's counts to what is already there for it. `minute` is whole minutes since the Unix epoch. */
export async function addTraffic(
  store: Kysely<Tables>,
  minute: number,
  rows: readonly TrafficRow[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += BATCH) {
    await store
      .insertInto('traffic')
      .values(rows.slice(start, start + BATCH).map((row) => ({ minute, ...row })))
      .onConflict((conflict) =>
        conflict.columns(['minute', 'device', 'action', 'topic']).doUpdateSet((row) => ({
          allowed: row('traffic.allowed', '+', row.ref('excluded.allowed')),
          denied: row('traffic.denied', '+', row.ref('excluded.denied')),
        })),
      )
      .execute();
  }
}

const BATCH = 500;
const KEPT_DENIALS = 100_000;

type Optional = 'observed' | 'stream' | 'finding';

/** Adds a refusal, and lets the oldest go so that a flood cannot fill the disk. */
export async function addDenial(
  store: Kysely<Tables>,
  denial: Omit<Tables['denials'], 'id' | Optional> & Partial<Pick<Tables['denials'], Optional>>,
): Promise<void> {
  const { id } = await store.insertInto('denials').values(denial).returning('id').executeTakeFirstOrThrow();
  if (id % 1000 === 0)
    await store
      .deleteFrom('denials')
      .where('id', '<=', id - KEPT_DENIALS)
      .execute();
}

/** One refusal, or several of the same kind. */
export interface Denial {
  readonly at: number;
  readonly action: string;
  readonly topic: string;
  readonly policies: readonly string[];
  readonly repeated: number;
  /** False: it passed, and would have been refused. */
  readonly enforced: boolean;
  /** Of a message with readings against which something speaks: their stream, and the finding's code. */
  readonly stream?: string;
  readonly finding?: string;
}

/** What was refused to a device, or would have been, newest first. */
export async function denialsOf(store: Kysely<Tables>, device: string, limit: number): Promise<Denial[]> {
  const rows = await store
    .selectFrom('denials')
    .select(['at', 'action', 'topic', 'policies', 'repeated', 'observed', 'stream', 'finding'])
    .where('device', '=', device)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ policies, observed, stream, finding, ...row }) => ({
    ...row,
    ...(stream === null ? {} : { stream }),
    ...(finding === null ? {} : { finding }),
    policies: JSON.parse(policies) as string[],
    enforced: observed === null,
  }));
}

/** Lets go of counts and refusals before the given minute; the roots in the log tell nothing without their salts. */
export async function forgetTraffic(store: Kysely<Tables>, before: number): Promise<void> {
  await store
    .deleteFrom('denials')
    .where('at', '<', before * 60_000)
    .execute();
  await forgetObservations(store, before * 60_000);
  await store.deleteFrom('traffic').where('minute', '<', before).execute();
  await store.deleteFrom('traffic_windows').where('minute', '<', before).execute();
}

/** The root over a minute's counts, as it is in the log. */
export interface TrafficWindow {
  readonly minute: number;
  readonly salt: Uint8Array;
  readonly count: number;
  readonly root: Uint8Array;
}

/** A minute's counts in the order in which its root was made. */
export function trafficOf(store: Kysely<Tables>, minute: number): Promise<TrafficRow[]> {
  return store
    .selectFrom('traffic')
    .select(['device', 'action', 'topic', 'allowed', 'denied'])
    .where('minute', '=', minute)
    .orderBy('device')
    .orderBy('action')
    .orderBy('topic')
    .execute();
}

/** Minutes with counts after `after` and before `before` that have no root yet. */
export async function minutesWithoutWindow(
  store: Kysely<Tables>,
  after: number,
  before: number,
): Promise<number[]> {
  const rows = await store
    .selectFrom('traffic')
    .select('minute')
    .distinct()
    .where('minute', '>', after)
    .where('minute', '<', before)
    .where('minute', 'not in', (windows) => windows.selectFrom('traffic_windows').select('minute'))
    .orderBy('minute')
    .execute();
  return rows.map(({ minute }) => minute);
}

export async function lastWindow(store: Kysely<Tables>): Promise<number | undefined> {
  const row = await store
    .selectFrom('traffic_windows')
    .select('minute')
    .orderBy('minute', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.minute;
}

export async function insertWindow(store: Kysely<Tables>, window: TrafficWindow): Promise<void> {
  await store.insertInto('traffic_windows').values(window).execute();
}

export function trafficWindows(store: Kysely<Tables>): Promise<TrafficWindow[]> {
  return store.selectFrom('traffic_windows').selectAll().orderBy('minute').execute();
}
