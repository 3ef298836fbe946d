import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A campaign, as it is kept. */
export type KeptCampaign = Tables['update_campaigns'];

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
