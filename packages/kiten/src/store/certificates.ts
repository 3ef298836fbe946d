import { parseCertificate } from '@kiten/codec';
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

/** The keys of a device's certificates that hold: DER SubjectPublicKeyInfo. */
export async function certifiedKeys(
  store: Kysely<Tables>,
  device: string,
  now: number,
): Promise<readonly Uint8Array[]> {
  const rows = await store
    .selectFrom('certificates')
    .select('der')
    .where('device', '=', device)
    .where('not_after', '>', now)
    .where('revoked_at', 'is', null)
    .execute();
  return rows.map(({ der }) => parseCertificate(der).publicKey);
}
