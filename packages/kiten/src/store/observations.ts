import type { Kysely, Selectable } from 'kysely';
import type { Tables } from './tables.ts';

/** What would have been refused, and passed because somebody's group observes. */
export interface Observation {
  /** The device whose group observes. */
  readonly observed: string;
  readonly device: string;
  readonly action: string;
  /** `#` for all that found no row of its own, empty for `connect`. */
  readonly topic: string;
  readonly policies: readonly string[];
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface ObservationLimits {
  /** Rows with a topic of their own for one observed device. */
  readonly perDevice: number;
  /** The same, for all. */
  readonly total: number;
}

const limits: ObservationLimits = { perDevice: 256, total: 100_000 };

/** Counts what would have been refused. What finds no room is counted with its device and action under the topic `#`. */
export async function addObservation(
  store: Kysely<Tables>,
  seen: Omit<Observation, 'firstAt' | 'lastAt'>,
  at: number,
  { perDevice, total }: ObservationLimits = limits,
): Promise<void> {
  const { observed, device, action, count } = seen;
  const key = { observed, device, action, topic: seen.topic, policies: JSON.stringify(seen.policies) };
  if (await addTo(store, key, count, at)) return;
  const [all, own] = [await rowsIn(store), await rowsIn(store, observed)];
  const isFull = all >= total || own >= perDevice;
  const rest = { observed, device: observed, action, topic: '#', policies: '[]' };
  if (isFull && (await addTo(store, rest, count, at))) return;
  await store
    .insertInto('observations')
    .values({ ...(isFull ? rest : key), count, first_at: at, last_at: at })
    .execute();
}

type Key = Pick<Selectable<Tables['observations']>, 'observed' | 'device' | 'action' | 'topic' | 'policies'>;

async function addTo(store: Kysely<Tables>, key: Key, count: number, at: number): Promise<boolean> {
  const { numUpdatedRows } = await store
    .updateTable('observations')
    .set((row) => ({ count: row('count', '+', count), last_at: at }))
    .where('observed', '=', key.observed)
    .where('device', '=', key.device)
    .where('action', '=', key.action)
    .where('topic', '=', key.topic)
    .where('policies', '=', key.policies)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

async function rowsIn(store: Kysely<Tables>, observed?: string): Promise<number> {
  let query = store.selectFrom('observations').select(({ fn }) => fn.countAll<number>().as('rows'));
  if (observed !== undefined) query = query.where('observed', '=', observed);
  return Number((await query.executeTakeFirstOrThrow()).rows);
}

/** All observations since then, the newest first. */
export async function observationsSince(store: Kysely<Tables>, since: number): Promise<Observation[]> {
  const rows = await store
    .selectFrom('observations')
    .selectAll()
    .where('last_at', '>=', since)
    .orderBy('last_at', 'desc')
    .orderBy('count', 'desc')
    .execute();
  return rows.map(({ policies, first_at: firstAt, last_at: lastAt, ...row }) => ({
    ...row,
    policies: JSON.parse(policies) as string[],
    firstAt,
    lastAt,
  }));
}

/** Lets go of what was not seen again since then. */
export async function forgetObservations(store: Kysely<Tables>, before: number): Promise<void> {
  await store.deleteFrom('observations').where('last_at', '<', before).execute();
}
