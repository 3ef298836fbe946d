import { KitenError } from '@kiten/codec';
import { isAtWork } from '@kiten/update';
import type { Kysely } from 'kysely';
import type { Tables } from '../../store/tables.ts';
import { storedCampaigns } from '../../store/update-campaigns.ts';
import { assignmentsSince, memberCounts, watchedMembers } from '../../store/update-member-counts.ts';
import { Campaign, recordOf } from './campaign.ts';
import type { ReleaseBook } from './release-book.ts';
import { WaveCounts } from './wave-counts.ts';

/** The campaigns of a site, in memory, with what is counted of them; the store holds the same. */
export class CampaignBook {
  readonly #campaigns = new Map<string, Campaign>();
  /** Devices whose verdict a campaign looks at. */
  readonly #watched: Set<string>;

  private constructor(watched: readonly string[]) {
    this.#watched = new Set(watched);
  }

  static async load(
    store: Kysely<Tables>,
    site: string,
    releases: ReleaseBook,
    now: number,
  ): Promise<CampaignBook> {
    const kept = (await storedCampaigns(store)).map(recordOf);
    const atWork = kept.filter(({ state }) => isAtWork(state)).map(({ id }) => id);
    const book = new CampaignBook(await watchedMembers(store, atWork));
    for (const record of kept) {
      const counts = WaveCounts.of(await memberCounts(store, record.id));
      const recent = await assignmentsSince(store, record.id, now - 60_000);
      book.put(new Campaign(record, site, releases, counts, recent));
    }
    return book;
  }

  /** The oldest first. */
  all(): readonly Campaign[] {
    return [...this.#campaigns.values()];
  }

  /** Those by which devices may be told something. */
  atWork(): readonly Campaign[] {
    return this.all().filter(({ record }) => isAtWork(record.state));
  }

  find(id: string): Campaign | undefined {
    return this.#campaigns.get(id);
  }

  /** By its id, or by its name if only one has it. @throws KitenError `kiten/campaign-unknown` */
  get(idOrName: string): Campaign {
    const byId = this.#campaigns.get(idOrName);
    if (byId !== undefined) return byId;
    const [named, ...others] = this.all().filter(({ record }) => record.definition.name === idOrName);
    if (named !== undefined && others.length === 0) return named;
    throw new KitenError(
      'kiten/campaign-unknown',
      `There is no ${named === undefined ? '' : 'single '}campaign ${idOrName.slice(0, 80)}: \`kiten update campaign list\` shows them.`,
    );
  }

  put(campaign: Campaign): void {
    this.#campaigns.set(campaign.id, campaign);
  }

  watch(device: string): void {
    this.#watched.add(device);
  }

  isWatched(device: string): boolean {
    return this.#watched.has(device);
  }
}
