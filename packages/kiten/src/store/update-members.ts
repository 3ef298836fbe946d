import type { Failure, Member, MemberState, Trust } from '@kiten/update';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

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
