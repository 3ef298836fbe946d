import type { Clock } from '@kiten/codec';
import { appraised, type EcuFacts, type Member, manifested, releaseFor } from '@kiten/update';
import type { Database } from '../../store/database.ts';
import { membershipsOf, putMember } from '../../store/update-members.ts';
import type { DeviceRecord } from '../device-book.ts';
import type { Journal } from '../journal.ts';
import type { Campaign } from './campaign.ts';
import type { CampaignBook } from './campaign-book.ts';
import type { Membership } from './device-decisions.ts';
import { type FactParts, factsOf, shownAt } from './facts.ts';
import type { ReferenceCarrier } from './reference-carrier.ts';
import { endedEvent } from './update-events.ts';

export interface MembershipParts extends FactParts {
  readonly database: Database;
  readonly campaigns: CampaignBook;
  readonly references: ReferenceCarrier;
  readonly journal: Journal;
  readonly clock: Clock;
}

/** The campaigns that a device is in, and how far what is learned of it takes it in them. */
export class Memberships {
  readonly #parts: MembershipParts;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
  }

  async of(device: string): Promise<Membership[]> {
    const found = await membershipsOf(this.#parts.database, device);
    return found.flatMap(({ campaign: id, member }) => {
      const campaign = this.#parts.campaigns.find(id);
      return campaign === undefined ? [] : [{ campaign, member }];
    });
  }

  /** What a signed manifest says of what runs is enough for a campaign that asks for no evidence. */
  manifested(
    memberships: readonly Membership[],
    ecus: readonly EcuFacts[],
    now: number,
  ): Promise<Membership[]> {
    return Promise.all(
      memberships.map(async ({ campaign, member }) => {
        const wanted = ecus.flatMap((ecu) => {
          const release = releaseFor(ecu, campaign.releases);
          return release === undefined ? [] : [release.target === ecu.target];
        });
        const isRun = wanted.length > 0 && wanted.every(Boolean);
        const after = isRun ? manifested(member, campaign.record.definition, now) : member;
        if (after !== member) await this.keep(campaign, member, after, now);
        return { campaign, member: after };
      }),
    );
  }

  /** What its evidence says of a member now. */
  async judge(record: DeviceRecord, campaign: Campaign, member: Member): Promise<void> {
    const { references, clock } = this.#parts;
    const now = clock.now();
    const evidenceAt = shownAt(record);
    const shows = record.verdict.status === 'affirming' && (await references.shows(record.id, campaign));
    const after = appraised(
      member,
      { trust: record.verdict.status, evidenceAt, shows },
      campaign.record.definition,
      now,
    );
    if (after === member) return;
    const findings = factsOf(record, this.#parts).adverse.join(', ');
    const isFall = after.failure === 'verdict-fell';
    await this.keep(campaign, member, isFall ? { ...after, code: findings.slice(0, 200) } : after, now);
  }

  /** Puts a member where it has come to; the end of its way stands in the log. */
  async keep(campaign: Campaign, before: Member, after: Member, now: number): Promise<void> {
    const { journal } = this.#parts;
    const ended = after.state === 'proven' || after.state === 'failed';
    const events = ended && after.state !== before.state ? [endedEvent(campaign, after, now)] : [];
    await campaign.track(journal.commit(events, (store) => putMember(store, campaign.id, after)));
    campaign.counts.move(before, after);
  }
}
