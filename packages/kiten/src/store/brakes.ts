import type { Kysely, Selectable } from 'kysely';
import type { HeldFall } from '../site/held-fall.ts';
import type { Tables } from './tables.ts';

export type BrakeState = 'braking' | 'released' | 'confirmed';

/** Automatic enforcement that was paused for one cause in one group. */
export interface BrakeRecord {
  readonly id: number;
  readonly group: string;
  readonly code: string;
  readonly appraiser: string;
  readonly state: BrakeState;
  readonly pulledAt: number;
  /** Per cent of the group. */
  readonly share: number;
  /** How many devices of how many had fallen when it was pulled. */
  readonly fallen: number;
  readonly groupSize: number;
  readonly decidedAt?: number;
  readonly decidedBy?: string;
  readonly reason?: string;
}

/** Puts a brake as it is now. */
export async function putBrake(store: Kysely<Tables>, brake: BrakeRecord): Promise<void> {
  const row = {
    id: brake.id,
    group_name: brake.group,
    code: brake.code,
    appraiser: brake.appraiser,
    state: brake.state,
    pulled_at: brake.pulledAt,
    share: brake.share,
    fallen: brake.fallen,
    group_size: brake.groupSize,
    decided_at: brake.decidedAt ?? null,
    decided_by: brake.decidedBy ?? null,
    reason: brake.reason ?? null,
  };
  await store
    .insertInto('brakes')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function storedBrakes(store: Kysely<Tables>): Promise<BrakeRecord[]> {
  const rows = await store.selectFrom('brakes').selectAll().orderBy('id').execute();
  return rows.map(brakeOf);
}

function brakeOf(row: Selectable<Tables['brakes']>): BrakeRecord {
  return {
    id: row.id,
    group: row.group_name,
    code: row.code,
    appraiser: row.appraiser,
    state: row.state as BrakeState,
    pulledAt: row.pulled_at,
    share: row.share,
    fallen: row.fallen,
    groupSize: row.group_size,
    ...(row.decided_at === null ? {} : { decidedAt: row.decided_at }),
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
    ...(row.reason === null ? {} : { reason: row.reason }),
  };
}

/** Brings what is held of a device's falls to what it is now. */
export async function putHeldFalls(
  store: Kysely<Tables>,
  device: string,
  held: readonly HeldFall[],
): Promise<void> {
  await store.deleteFrom('held_falls').where('device', '=', device).execute();
  if (held.length > 0)
    await store
      .insertInto('held_falls')
      .values(
        held.map(({ brake = null, playbook = null, deadline = null, ...one }) => ({
          device,
          ...one,
          brake,
          playbook,
          deadline,
        })),
      )
      .execute();
}

/** What is held, by device. Falls whose brake was confirmed act, even if a crash came before they did. */
export async function storedHeldFalls(store: Kysely<Tables>): Promise<Map<string, HeldFall[]>> {
  const rows = await store
    .selectFrom('held_falls as held')
    .leftJoin('brakes', 'brakes.id', 'held.brake')
    .selectAll('held')
    .where(({ or, eb }) => or([eb('held.brake', 'is', null), eb('brakes.state', '!=', 'confirmed')]))
    .execute();
  const byDevice = new Map<string, HeldFall[]>();
  for (const { device, code, appraiser, since, brake, playbook, deadline } of rows) {
    const held: HeldFall = {
      ...{ code, appraiser, since },
      ...(brake === null ? {} : { brake }),
      ...(playbook === null ? {} : { playbook }),
      ...(deadline === null ? {} : { deadline }),
    };
    byDevice.set(device, [...(byDevice.get(device) ?? []), held]);
  }
  return byDevice;
}
