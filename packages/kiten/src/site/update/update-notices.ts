import type { Clock } from '@kiten/codec';
import type { Database } from '../../store/database.ts';
import { waitingMembers } from '../../store/update-member-counts.ts';
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

  /** These are to look at once: a campaign takes back what they were told. */
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
