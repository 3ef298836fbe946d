import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** The certificates of devices that hold: neither over nor revoked, nor those of revoked devices. */
export async function* certificateRows(
  store: Kysely<Tables>,
  now: number,
): AsyncGenerator<{ readonly device: string; readonly der: Uint8Array }> {
  yield* store
    .selectFrom('certificates')
    .innerJoin('devices', 'devices.id', 'certificates.device')
    .select(['certificates.device', 'certificates.der'])
    .where('certificates.not_after', '>', now)
    .where('certificates.revoked_at', 'is', null)
    .where('devices.standing', '!=', 'revoked')
    .stream(1000);
}
