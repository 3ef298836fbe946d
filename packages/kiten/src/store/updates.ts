import type { Failure, Member, MemberState, TargetFile, Trust } from '@kiten/update';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** What is said of a target, and since when. */
export interface KeptTargetFile {
  readonly target: string;
  readonly file: TargetFile;
  readonly publishedBy: string;
  readonly publishedAt: number;
  /** How long the log was before it had the release. */
  readonly logSize: number;
  /** When the repository ceased to speak for it. */
  readonly withdrawnAt?: number;
}

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

/** A campaign, as it is kept. */
export type KeptCampaign = Tables['update_campaigns'];

/** How many devices of a wave and kind are in a state. */
export interface MemberCount {
  readonly wave: number;
  readonly kind: string;
  readonly state: MemberState;
  readonly count: number;
}

export async function storedReleases(store: Kysely<Tables>): Promise<KeptTargetFile[]> {
  const rows = await store.selectFrom('update_releases').selectAll().orderBy('published_at').execute();
  return rows.map((row) => ({
    target: row.target,
    file: {
      length: row.length,
      hashes: new Map(Object.entries(JSON.parse(row.hashes) as Record<string, string>)),
      custom: JSON.parse(row.custom) as Record<string, unknown>,
    },
    ...{ publishedBy: row.published_by, publishedAt: row.published_at, logSize: row.log_size },
    ...(row.withdrawn_at === null ? {} : { withdrawnAt: row.withdrawn_at }),
  }));
}

export async function putRelease(store: Kysely<Tables>, kept: KeptTargetFile): Promise<void> {
  const { target, file, publishedBy, publishedAt, logSize, withdrawnAt } = kept;
  const row = {
    ...{ target, length: file.length, hashes: JSON.stringify(Object.fromEntries(file.hashes)) },
    ...{ custom: JSON.stringify(file.custom ?? {}), log_size: logSize, withdrawn_at: withdrawnAt ?? null },
    ...{ published_by: publishedBy, published_at: publishedAt },
  };
  await store
    .insertInto('update_releases')
    .values(row)
    .onConflict((conflict) => conflict.column('target').doUpdateSet(row))
    .execute();
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

/** The oldest first. */
export async function storedCampaigns(store: Kysely<Tables>): Promise<KeptCampaign[]> {
  return store.selectFrom('update_campaigns').selectAll().orderBy('created_at').orderBy('id').execute();
}

export async function putCampaign(store: Kysely<Tables>, campaign: KeptCampaign): Promise<void> {
  await store
    .insertInto('update_campaigns')
    .values(campaign)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(campaign))
    .execute();
}

export async function putMember(store: Kysely<Tables>, campaign: string, member: Member): Promise<void> {
  const row = rowOf(campaign, member);
  await store
    .insertInto('update_members')
    .values(row)
    .onConflict((conflict) => conflict.columns(['campaign', 'device']).doUpdateSet(row))
    .execute();
}

/** Adds members that are not there yet. */
export async function insertMembers(
  store: Kysely<Tables>,
  campaign: string,
  members: readonly Member[],
): Promise<void> {
  if (members.length === 0) return;
  await store
    .insertInto('update_members')
    .values(members.map((member) => rowOf(campaign, member)))
    .onConflict((conflict) => conflict.columns(['campaign', 'device']).doNothing())
    .execute();
}

export async function deleteMembers(store: Kysely<Tables>, campaign: string): Promise<void> {
  await store.deleteFrom('update_members').where('campaign', '=', campaign).execute();
}

/** What a device is a member of. */
export async function membershipsOf(
  store: Kysely<Tables>,
  device: string,
): Promise<{ readonly campaign: string; readonly member: Member }[]> {
  const rows = await store.selectFrom('update_members').selectAll().where('device', '=', device).execute();
  return rows.map((row) => ({ campaign: row.campaign, member: memberOf(row) }));
}

/** A page of members in the order of their names. */
export async function storedMembers(
  store: Kysely<Tables>,
  campaign: string,
  { after = '', state, limit }: { readonly after?: string; readonly state?: string; readonly limit: number },
): Promise<Member[]> {
  let query = store
    .selectFrom('update_members')
    .selectAll()
    .where('campaign', '=', campaign)
    .where('device', '>', after);
  if (state !== undefined) query = query.where('state', '=', state);
  const rows = await query.orderBy('device').limit(limit).execute();
  return rows.map(memberOf);
}

/** Who was assigned the release before a time and is still at it. */
export async function overdueMembers(
  store: Kysely<Tables>,
  campaign: string,
  before: number,
  limit: number,
): Promise<Member[]> {
  const rows = await store
    .selectFrom('update_members')
    .selectAll()
    .where('campaign', '=', campaign)
    .where('assigned_at', '<=', before)
    .where('state', 'in', ['assigned', 'installed', 'confirmed'])
    .limit(limit)
    .execute();
  return rows.map(memberOf);
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

function rowOf(campaign: string, member: Member): Tables['update_members'] {
  return {
    ...{ campaign, device: member.device, wave: member.wave, kind: member.kind, state: member.state },
    ...{ attempts: member.attempts, trust_before: member.trustBefore ?? null },
    ...{ assigned_at: member.assignedAt ?? null, installed_at: member.installedAt ?? null },
    ...{ confirmed_at: member.confirmedAt ?? null, ended_at: member.endedAt ?? null },
    ...{ shown_at: member.shownAt ?? null, not_before: member.notBefore ?? null },
    ...{ failure: member.failure ?? null, code: member.code ?? null, said: member.said ?? null },
  };
}

function memberOf(row: Tables['update_members']): Member {
  return {
    ...{ device: row.device, wave: row.wave, kind: row.kind, state: row.state as MemberState },
    attempts: row.attempts,
    ...(row.trust_before === null ? {} : { trustBefore: row.trust_before as Trust }),
    ...(row.assigned_at === null ? {} : { assignedAt: row.assigned_at }),
    ...(row.installed_at === null ? {} : { installedAt: row.installed_at }),
    ...(row.confirmed_at === null ? {} : { confirmedAt: row.confirmed_at }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.shown_at === null ? {} : { shownAt: row.shown_at }),
    ...(row.not_before === null ? {} : { notBefore: row.not_before }),
    ...(row.failure === null ? {} : { failure: row.failure as Failure }),
    ...(row.code === null ? {} : { code: row.code }),
    ...(row.said === null ? {} : { said: row.said }),
  };
}
