import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';
import type { TrafficRow } from './traffic.ts';

/** What one device did to one topic over a time. */
export type TrafficSum = TrafficRow;

export interface TrafficWindowQuery {
  /** Whole minutes since the Unix epoch: from this one on. */
  readonly since: number;
  readonly device?: string;
  /** The rows with the most counts are given, so many. */
  readonly limit: number;
}

/** The counts since a minute, added up, what happened most first. */
export function trafficSums(
  store: Kysely<Tables>,
  { since, device, limit }: TrafficWindowQuery,
): Promise<TrafficSum[]> {
  let query = store
    .selectFrom('traffic')
    .select(['device', 'action', 'topic'])
    .select(({ fn }) => [fn.sum<number>('allowed').as('allowed'), fn.sum<number>('denied').as('denied')])
    .where('minute', '>=', since);
  if (device !== undefined) query = query.where('device', '=', device);
  return query
    .groupBy(['device', 'action', 'topic'])
    .orderBy(({ fn, eb }) => eb(fn.sum<number>('allowed'), '+', fn.sum<number>('denied')), 'desc')
    .orderBy('device')
    .orderBy('topic')
    .limit(limit)
    .execute();
}

/** What would have been refused since then, and passed because somebody's group observes. */
export async function observedSums(
  store: Kysely<Tables>,
  since: number,
  limit: number,
): Promise<{ device: string; action: string; topic: string; observed: number }[]> {
  return store
    .selectFrom('denials')
    .select(['device', 'action', 'topic'])
    .select(({ fn }) => fn.sum<number>('repeated').as('observed'))
    .where('at', '>=', since)
    .where('observed', 'is not', null)
    .groupBy(['device', 'action', 'topic'])
    .orderBy('observed', 'desc')
    .limit(limit)
    .execute();
}
