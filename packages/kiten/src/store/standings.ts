import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** What an operator's word made of a device, from one moment on. */
export interface PastStanding {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly standing: string;
  readonly by: string | null;
  readonly reason: string | null;
}

/** Keeps a standing in the device's history. One that is there already, as it is written with each change, stays as it is. */
export async function keepStanding(
  store: Kysely<Tables>,
  device: string,
  { at, standing, by, reason }: PastStanding,
): Promise<void> {
  await store
    .insertInto('standings')
    .values({ device, at, standing, actor: by, reason })
    .onConflict((conflict) => conflict.columns(['device', 'at', 'standing']).doNothing())
    .execute();
}

/** The newest standings of a device, the oldest of them first. */
export async function standingHistory(
  store: Kysely<Tables>,
  device: string,
  limit: number,
): Promise<PastStanding[]> {
  const rows = await store
    .selectFrom('standings')
    .select(['at', 'standing', 'actor as by', 'reason'])
    .where('device', '=', device)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute();
  return rows.toReversed();
}
