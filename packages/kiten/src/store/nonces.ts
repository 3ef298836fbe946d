import type { UsedNonces } from '@kiten/attestation';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Which nonces are used up, by device. */
export async function storedNonces(store: Kysely<Tables>): Promise<Map<string, UsedNonces>> {
  const rows = await store.selectFrom('used_nonces').selectAll().execute();
  return new Map(
    rows.map(({ device, floor, used }) => [device, { floor, used: JSON.parse(used) as number[] }]),
  );
}

export async function putUsedNonces(
  store: Kysely<Tables>,
  device: string,
  { floor, used }: UsedNonces,
): Promise<void> {
  const row = { device, floor, used: JSON.stringify(used) };
  await store
    .insertInto('used_nonces')
    .values(row)
    .onConflict((conflict) => conflict.column('device').doUpdateSet(row))
    .execute();
}
