import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** The index of the first entry of the log that a receiver of events has not got. */
export async function cursorOf(store: Kysely<Tables>, name: string): Promise<number | undefined> {
  const row = await store
    .selectFrom('event_cursors')
    .select('next')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.next;
}

export async function putCursor(store: Kysely<Tables>, name: string, next: number): Promise<void> {
  await store
    .insertInto('event_cursors')
    .values({ name, next })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ next }))
    .execute();
}
