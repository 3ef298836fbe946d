import type { Kysely } from 'kysely';
import type { DeviceRecord } from '../site/device-book.ts';
import { keepStanding } from './standings.ts';
import type { Tables } from './tables.ts';

/** Writes what the register says about a device, its credentials aside. */
export async function putDevice(store: Kysely<Tables>, device: DeviceRecord): Promise<void> {
  const row = {
    groups: JSON.stringify(device.groups),
    idevid: device.idevid ?? null,
    standing: device.standing,
    standing_reason: device.standingReason ?? null,
    standing_by: device.standingBy ?? null,
    standing_at: device.standingAt,
  };
  await store
    .insertInto('devices')
    .values({ id: device.id, registered_at: device.registeredAt, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
  const { standing, standing_at: at, standing_by: by, standing_reason: reason } = row;
  await keepStanding(store, device.id, { at, standing, by, reason });
}
