import type { Database } from '../store/database.ts';
import { keepStanding } from '../store/standings.ts';
import type { Comparison } from './compare-with-log.ts';

/** What was taken out of a restored store, because it may have been used or withdrawn since the backup. */
export interface Disarmed {
  /** Enrolment tokens that were open. */
  readonly tokens: number;
  /** Operators, tokens for programs and passkeys that the log says were withdrawn or changed since. */
  readonly access: number;
  readonly quarantined: readonly string[];
  readonly revoked: readonly string[];
}

/** Revocation lists count upwards; as many as this will not have been made since the backup. */
const listsSkipped = 1_000_000n;

/**
 * Makes a store safe that is older than what has happened since: whatever lets somebody in once may have done so, and
 * whoever was cut off later stays cut off.
 */
export async function disarm(
  database: Database,
  { laterDecisions, withdrawn }: Pick<Comparison, 'laterDecisions' | 'withdrawn'>,
  now: number,
): Promise<Disarmed> {
  const falls = laterDecisions.filter(({ standing }) => standing !== 'admitted');
  return database.transaction().execute(async (store) => {
    const { numUpdatedRows } = await store
      .updateTable('tokens')
      .set({ revoked_at: now })
      .where('used_at', 'is', null)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst();
    await store.deleteFrom('sign_in_links').execute();
    await store.deleteFrom('browser_sessions').execute();
    await store.deleteFrom('recovery_codes').execute();
    const access = await withdrawn.apply(store);
    const counters = await store
      .selectFrom('facts')
      .selectAll()
      .where('name', 'like', 'crl-number %')
      .execute();
    for (const { name, value } of counters) {
      const next = String(BigInt(value) + listsSkipped);
      await store.updateTable('facts').set({ value: next }).where('name', '=', name).execute();
    }
    for (const { device, standing, at, by, reason } of falls) {
      await store
        .updateTable('devices')
        .set({ standing, standing_at: at, standing_by: by, standing_reason: reason })
        .where('id', '=', device)
        .execute();
      await keepStanding(store, device, { at, standing, by, reason });
      if (standing !== 'revoked') continue;
      await store
        .updateTable('certificates')
        .set({ revoked_at: at, revocation_reason: 0 })
        .where('device', '=', device)
        .where('revoked_at', 'is', null)
        .execute();
    }
    const named = (standing: string) =>
      falls.filter((one) => one.standing === standing).map(({ device }) => device);
    return {
      tokens: Number(numUpdatedRows),
      access,
      quarantined: named('quarantined'),
      revoked: named('revoked'),
    };
  });
}
