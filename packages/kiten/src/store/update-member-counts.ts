import type { MemberState } from '@kiten/update';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** How many devices of a wave and kind are in a state. */
export interface MemberCount {
  readonly wave: number;
  readonly kind: string;
  readonly state: MemberState;
  readonly count: number;
}

/** When devices were assigned the release, since a time. */
export async function assignmentsSince(
  store: Kysely<Tables>,
  campaign: string,
  since: number,
): Promise<readonly number[]> {
  const rows = await store
    .selectFrom('update_members')
    .select('assigned_at')
    .where('campaign', '=', campaign)
    .where('assigned_at', '>', since)
    .orderBy('assigned_at')
    .execute();
  return rows.map(({ assigned_at }) => assigned_at as number);
}

export async function memberCounts(store: Kysely<Tables>, campaign: string): Promise<MemberCount[]> {
  const rows = await store
    .selectFrom('update_members')
    .select(['wave', 'kind', 'state'])
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('campaign', '=', campaign)
    .groupBy(['wave', 'kind', 'state'])
    .execute();
  return rows.map(({ wave, kind, state, count }) => ({
    ...{ wave, kind, state: state as MemberState, count: Number(count) },
  }));
}

/** Devices of a wave that wait, and have sent no manifest since a time. */
export async function unheardMembers(
  store: Kysely<Tables>,
  campaign: string,
  wave: number,
  since: number,
): Promise<{ readonly kind: string; readonly count: number }[]> {
  const rows = await store
    .selectFrom('update_members as member')
    .leftJoin('update_vehicles as vehicle', 'vehicle.device', 'member.device')
    .select('member.kind')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('member.campaign', '=', campaign)
    .where('member.wave', '=', wave)
    .where('member.state', '=', 'waiting')
    .where(({ or, eb }) => or([eb('vehicle.manifest_at', 'is', null), eb('vehicle.manifest_at', '<', since)]))
    .groupBy('member.kind')
    .execute();
  return rows.map(({ kind, count }) => ({ kind, count: Number(count) }));
}

/** Devices of a wave that wait, to be told that it is their turn. */
export async function waitingMembers(
  store: Kysely<Tables>,
  campaign: string,
  wave: number,
): Promise<readonly string[]> {
  const rows = await store
    .selectFrom('update_members')
    .select('device')
    .where('campaign', '=', campaign)
    .where('wave', '<=', wave)
    .where('state', '=', 'waiting')
    .execute();
  return rows.map(({ device }) => device);
}

/** Devices whose verdict a campaign looks at. */
export async function watchedMembers(
  store: Kysely<Tables>,
  campaigns: readonly string[],
): Promise<readonly string[]> {
  if (campaigns.length === 0) return [];
  const rows = await store
    .selectFrom('update_members')
    .select('device')
    .distinct()
    .where('campaign', 'in', campaigns)
    .where('state', 'in', ['assigned', 'installed', 'confirmed', 'proven'])
    .execute();
  return rows.map(({ device }) => device);
}

/** Devices that were told of the release and have not confirmed it. */
export async function toldMembers(store: Kysely<Tables>, campaign: string): Promise<readonly string[]> {
  const rows = await store
    .selectFrom('update_members')
    .select('device')
    .where('campaign', '=', campaign)
    .where('state', 'in', ['assigned', 'installed', 'returning'])
    .execute();
  return rows.map(({ device }) => device);
}
