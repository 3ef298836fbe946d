import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** What passed and what did not, all devices together, from one moment until the next step begins. */
export interface TrafficStep {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly allowed: number;
  readonly denied: number;
  /** Of those allowed: would have been refused, were it not observed. */
  readonly observed: number;
}

export interface TrafficHistoryQuery {
  /** Whole minutes since the Unix epoch: from this one on, before that one. */
  readonly since: number;
  readonly until: number;
  /** Whole minutes. */
  readonly step: number;
}

/** The counts of traffic over time, in steps of equal length; steps in which nothing was counted are there too. */
export async function trafficHistory(
  store: Kysely<Tables>,
  { since, until, step }: TrafficHistoryQuery,
): Promise<TrafficStep[]> {
  const first = since - (since % step);
  const steps = new Map<number, TrafficStep>();
  for (let minute = first; minute < until; minute += step)
    steps.set(minute, { at: minute * 60_000, allowed: 0, denied: 0, observed: 0 });
  const add = (minute: number, counts: Partial<TrafficStep>) => {
    const known = steps.get(minute);
    if (known !== undefined) steps.set(minute, { ...known, ...counts });
  };

  const counted = await store
    .selectFrom('traffic')
    .select(sql<number>`minute - minute % ${sql.lit(step)}`.as('begin'))
    .select(({ fn }) => [fn.sum<number>('allowed').as('allowed'), fn.sum<number>('denied').as('denied')])
    .where('minute', '>=', first)
    .where('minute', '<', until)
    .groupBy('begin')
    .execute();
  for (const { begin, ...counts } of counted) add(begin, counts);

  const length = step * 60_000;
  const observed = await store
    .selectFrom('denials')
    .select(sql<number>`at - at % ${sql.lit(length)}`.as('begin'))
    .select(({ fn }) => fn.sum<number>('repeated').as('observed'))
    .where('at', '>=', first * 60_000)
    .where('at', '<', until * 60_000)
    .where('observed', 'is not', null)
    .groupBy('begin')
    .execute();
  for (const seen of observed) add(seen.begin / 60_000, { observed: seen.observed });
  return [...steps.values()];
}
