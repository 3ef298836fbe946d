import type { FoundChange, KeptCandidate } from '@kiten/measurement';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

const rowsAtOnce = 100;

/** Topics with readings that nobody declared, those that were seen since then, in milliseconds since the Unix epoch. */
export async function foundReadings(store: Kysely<Tables>, since: number): Promise<KeptCandidate[]> {
  const rows = await store
    .selectFrom('found_readings')
    .select('candidate')
    .where('last_at', '>=', since)
    .orderBy('device')
    .orderBy('topic')
    .execute();
  return rows.map(({ candidate }) => JSON.parse(candidate) as KeptCandidate);
}

/** Whether there are any that were seen since then. */
export async function isAnythingFound(store: Kysely<Tables>, since: number): Promise<boolean> {
  const row = await store
    .selectFrom('found_readings')
    .select('topic')
    .where('last_at', '>=', since)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** What is gone goes before what is there comes: it may be of the same topic. */
export async function keepFoundReadings(store: Kysely<Tables>, { gone, kept }: FoundChange): Promise<void> {
  for (const { device, topic } of gone)
    await store
      .deleteFrom('found_readings')
      .where('device', '=', device)
      .where('topic', '=', topic)
      .execute();
  for (let at = 0; at < kept.length; at += rowsAtOnce)
    await store
      .insertInto('found_readings')
      .values(kept.slice(at, at + rowsAtOnce).map(rowOf))
      .onConflict((conflict) =>
        conflict.columns(['device', 'topic']).doUpdateSet((row) => ({
          last_at: row.ref('excluded.last_at'),
          candidate: row.ref('excluded.candidate'),
        })),
      )
      .execute();
}

/** What was not seen since then. */
export async function forgetFoundReadings(store: Kysely<Tables>, before: number): Promise<void> {
  await store.deleteFrom('found_readings').where('last_at', '<', before).execute();
}

function rowOf(candidate: KeptCandidate) {
  const { device, topic, lastAt } = candidate;
  return { device, topic, last_at: Math.round(lastAt), candidate: JSON.stringify(candidate) };
}
