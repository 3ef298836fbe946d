import {
  assign,
  type Decision,
  type DeviceFacts,
  decideAssignment,
  eligibility,
  type Fitting,
  goneBack,
  type Member,
  pausedReason,
  type Reason,
  reason as reasonFor,
  timeText,
  wayBack,
  withdraw,
} from '@kiten/update';
import type { AttesterBook } from '../attestation/attester-book.ts';
import type { Brake } from '../brake.ts';
import type { DeviceRecord } from '../device-book.ts';
import type { Campaign } from './campaign.ts';
import type { CampaignBook } from './campaign-book.ts';
import { type FactParts, factsOf } from './facts.ts';

export interface DecisionParts extends FactParts {
  readonly campaigns: CampaignBook;
  readonly attesters: Pick<AttesterBook, 'find'>;
  readonly brake: Pick<Brake, 'all'>;
  /** Whether the site's policies let a device be updated as it stands. */
  readonly isPermitted: (device: DeviceRecord) => boolean;
}

export interface Membership {
  readonly campaign: Campaign;
  readonly member: Member;
}

/** Why a device is, or is not, updated by a campaign; without a member if it is none. */
export interface Explained {
  readonly campaign: Campaign;
  readonly member?: Member;
  readonly reason: Reason;
}

/** What a campaign comes to for a device that asks. */
export interface Outcome {
  readonly campaign: Campaign;
  readonly before: Member | undefined;
  readonly after: Member;
  readonly fittings: readonly Fitting[];
  readonly reason: Reason;
  readonly isNew: boolean;
  readonly until?: number;
}

/** What campaigns come to for one device, by all that is known of it now. Nothing is kept here. */
export class DeviceDecisions {
  readonly #parts: DecisionParts;

  constructor(parts: DecisionParts) {
    this.#parts = parts;
  }

  #kindOf(device: string): string {
    return this.#parts.makes.find(device).model ?? '';
  }

  /** What each campaign comes to, the oldest first; of two that are for the same ECU the older one has it. */
  decide(record: DeviceRecord, memberships: readonly Membership[], now: number): readonly Outcome[] {
    const facts = factsOf(record, this.#parts);
    const taken = new Set<string>();
    const outcomes: Outcome[] = [];
    for (const campaign of this.#parts.campaigns.all()) {
      const before = memberships.find((one) => one.campaign === campaign)?.member;
      const outcome = this.#outcome(record, facts, campaign, before, now);
      if (outcome === undefined) continue;
      const isFree = outcome.fittings.every(({ ecu }) => !taken.has(ecu.ecu));
      if (!isFree) continue;
      for (const { ecu } of outcome.fittings) taken.add(ecu.ecu);
      if (outcome.isNew) campaign.recent.push(now);
      outcomes.push(outcome);
    }
    return outcomes;
  }

  /** What each campaign says of the device now. Whoever is not for it is told why. */
  explain(record: DeviceRecord, memberships: readonly Membership[], now: number): readonly Explained[] {
    const facts = factsOf(record, this.#parts);
    return this.#parts.campaigns.all().map((campaign): Explained => {
      const member = memberships.find((one) => one.campaign === campaign)?.member;
      const { definition, state } = campaign.record;
      const found = eligibility(facts, campaign.releases, definition, campaign.cohort);
      if (member === undefined && !found.member) return { campaign, reason: found.reason };
      const asked = member ?? newcomer(record.id, campaign, '', found.member && found.repair);
      const isBack = state === 'rolling-back' || state === 'rolled-back';
      const { reason } = isBack
        ? wayBack(asked, facts, campaign.releases, campaign.previous)
        : this.#decision(record, facts, campaign, asked, now);
      if (reason.code === 'confirmed' && this.#parts.attesters.find(record.id) === undefined) {
        const why = reasonFor('confirmed-unprovable', reason.parameters);
        return { campaign, reason: why, ...(member === undefined ? {} : { member }) };
      }
      const isDue = reason.code === 'due' && this.#isOffline(record.id, campaign, now);
      const why = isDue ? reasonFor('offline', { since: timeText(campaign.record.since) }) : reason;
      return { campaign, reason: why, ...(member === undefined ? {} : { member }) };
    });
  }

  /** Whether it has not asked since its wave opened, and has had the time to. */
  #isOffline(device: string, { record }: Campaign, now: number): boolean {
    const askedAt = this.#parts.vehicles.find(device)?.manifestAt ?? 0;
    const patience = 1000 * Math.min(record.definition.gate.offlineSeconds, 3600);
    return askedAt < record.since && now - record.since > patience;
  }

  #outcome(
    record: DeviceRecord,
    facts: DeviceFacts,
    campaign: Campaign,
    before: Member | undefined,
    now: number,
  ): Outcome | undefined {
    const { state, definition } = campaign.record;
    if (state === 'rolling-back' || state === 'rolled-back') {
      if (before === undefined) return undefined;
      const way = wayBack(before, facts, campaign.releases, campaign.previous);
      const after = goneBack(before, way, now);
      const fittings = way.kind === 'back' ? way.fittings : [];
      return { campaign, before, after, fittings, reason: way.reason, isNew: false };
    }
    let member = before;
    if (member === undefined) {
      // Whoever came, or fell, since the campaign was planned.
      if (state !== 'running') return undefined;
      const found = eligibility(facts, campaign.releases, definition, campaign.cohort);
      if (!found.member) return undefined;
      member = newcomer(record.id, campaign, this.#kindOf(record.id), found.repair);
    }
    const decision = this.#decision(record, facts, campaign, member, now);
    const about = { campaign, before, reason: decision.reason };
    switch (decision.kind) {
      case 'assign':
        return {
          ...about,
          after: assign(member, facts.trust, now),
          fittings: decision.fittings,
          isNew: true,
        };
      case 'keep':
        return { ...about, after: member, fittings: decision.fittings, isNew: false };
      case 'none':
        return {
          ...{ ...about, after: withdraw(member), fittings: [], isNew: false },
          ...(decision.until === undefined ? {} : { until: decision.until }),
        };
    }
  }

  #decision(
    record: DeviceRecord,
    device: DeviceFacts,
    campaign: Campaign,
    member: Member,
    now: number,
  ): Decision {
    const { brake, isPermitted } = this.#parts;
    const { record: at, releases, cohort } = campaign;
    const { definition, state, wave, cause } = at;
    const braking = brake.all().find((one) => one.state === 'braking' && record.groups.includes(one.group));
    return decideAssignment({
      campaign: { definition, releases, state, wave, ...(cause && { paused: pausedReason(cause) }) },
      ...{ member, device, cohort, now, isPermitted: isPermitted(record), hasRoom: campaign.hasRoom(now) },
      ...(braking === undefined ? {} : { brake: braking.group }),
    });
  }
}

/** Whoever comes once the campaign is under way is in its last wave; a repair is in none. */
function newcomer(device: string, { record }: Campaign, kind: string, repair: boolean): Member {
  const wave = repair ? -1 : record.definition.waves.length - 1;
  return { device, wave, kind, state: 'waiting', attempts: 0 };
}
