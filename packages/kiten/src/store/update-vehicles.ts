import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A device as a vehicle, as it is kept. */
export interface KeptVehicle {
  readonly device: string;
  readonly inventory?: string;
  readonly manifest?: Uint8Array;
  readonly manifestAt?: number;
  readonly ecus: string;
  readonly memory: string;
  readonly director?: string;
  /** How long the log was before it had what the director says. */
  readonly logSize: number;
}

export async function storedVehicles(
  store: Kysely<Tables>,
): Promise<Pick<KeptVehicle, 'device' | 'ecus' | 'manifestAt'>[]> {
  const rows = await store.selectFrom('update_vehicles').select(['device', 'ecus', 'manifest_at']).execute();
  return rows.map(({ device, ecus, manifest_at }) => ({
    ...{ device, ecus },
    ...(manifest_at === null ? {} : { manifestAt: manifest_at }),
  }));
}

export async function storedVehicle(store: Kysely<Tables>, device: string): Promise<KeptVehicle | undefined> {
  const row = await store
    .selectFrom('update_vehicles')
    .selectAll()
    .where('device', '=', device)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    ...{ device, ecus: row.ecus, memory: row.memory, logSize: row.log_size },
    ...(row.inventory === null ? {} : { inventory: row.inventory }),
    ...(row.manifest === null ? {} : { manifest: row.manifest }),
    ...(row.manifest_at === null ? {} : { manifestAt: row.manifest_at }),
    ...(row.director === null ? {} : { director: row.director }),
  };
}

export async function putVehicle(store: Kysely<Tables>, vehicle: KeptVehicle): Promise<void> {
  const row = {
    ...{ device: vehicle.device, ecus: vehicle.ecus, memory: vehicle.memory },
    ...{ inventory: vehicle.inventory ?? null, manifest: vehicle.manifest ?? null },
    ...{
      manifest_at: vehicle.manifestAt ?? null,
      director: vehicle.director ?? null,
      log_size: vehicle.logSize,
    },
  };
  await store
    .insertInto('update_vehicles')
    .values(row)
    .onConflict((conflict) => conflict.column('device').doUpdateSet(row))
    .execute();
}
