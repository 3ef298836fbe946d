import type { Clock } from '@kiten/codec';
import type { Database } from '../../store/database.ts';
import { toldMembers, waitingMembers } from '../../store/update-member-counts.ts';
import type { Campaign } from './campaign.ts';
import type { CampaignBook } from './campaign-book.ts';

export interface UpdateNoticeParts {
  readonly database: Database;
  readonly campaigns: CampaignBook;
  readonly clock: Clock;
}

/** Where devices are reached now. */
export interface NoticeReach {
  readonly isConnected: (device: string) => boolean;
  readonly tell: (device: string) => void;
}

/** Where a device hears that there is something for it: it looks, as it would have done in time. */
export const updateTopic = (device: string): string => `$kiten/${device}/update/notify`;

/** The client id with which an agent listens for them, beside the session in which it attests. */
export const updateClient = (device: string): string => `${device}/update`;

/** Notices that go out in one look at the time: a fleet does not come all at once. */
const perLook = 50;

/** Tells devices that are there to look, when their turn comes. Nothing depends on it: they look by themselves, later. */
export class UpdateNotices {
  readonly #parts: UpdateNoticeParts;
  readonly #waiting = new Set<string>();
  #reach: NoticeReach | undefined;

  constructor(parts: UpdateNoticeParts) {
    this.#parts = parts;
  }

  connect(reach: NoticeReach): void {
    this.#reach = reach;
  }

  /** A campaign has begun, gone on, or opened a wave. */
  async tell({ id, record }: Campaign): Promise<void> {
    for (const device of await waitingMembers(this.#parts.database, id, record.wave))
      this.#waiting.add(device);
  }

  /** A campaign takes back what devices were told and have not confirmed. */
  async takeBack({ id }: Pick<Campaign, 'id'>): Promise<void> {
    this.want(await toldMembers(this.#parts.database, id));
  }

  /** Releases are withdrawn: whoever was told of one is to hear of it soon. */
  async withdraw(targets: readonly string[]): Promise<void> {
    for (const campaign of this.#parts.campaigns.atWork())
      if (campaign.record.definition.targets.some((target) => targets.includes(target)))
        await this.takeBack(campaign);
  }

  /** These are to look. */
  want(devices: Iterable<string>): void {
    for (const device of devices) this.#waiting.add(device);
  }

  look(): void {
    if (this.#reach === undefined) return;
    let told = 0;
    for (const device of this.#waiting) {
      if (told === perLook) return;
      this.#waiting.delete(device);
      // Whoever is away looks when it comes back.
      if (!this.#reach.isConnected(device)) continue;
      this.#reach.tell(device);
      told += 1;
    }
  }
}
