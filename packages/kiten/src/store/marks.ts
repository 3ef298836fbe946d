import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** What is withdrawn, kept once. `value` is hexadecimal; `expiresAt` says when it would have ended by itself. */
export async function insertMark(
  store: Kysely<Tables>,
  {
    kind,
    value,
    at,
    expiresAt,
  }: {
    readonly kind: 'key' | 'statement';
    readonly value: string;
    readonly at: number;
    readonly expiresAt?: number | undefined;
  },
): Promise<void> {
  await store
    .insertInto('marks')
    .values({ kind, value, at, expires_at: expiresAt ?? null })
    .onConflict((conflict) => conflict.columns(['kind', 'value']).doNothing())
    .execute();
}
