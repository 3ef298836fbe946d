import { type Clock, KitenError, toHex } from '@kiten/codec';
import type { RecordedEvent } from '@kiten/trust';
import { type CampaignCommand, type CampaignDefinition, commanded, readCampaign } from '@kiten/update';
import { putCampaign } from '../../store/update-campaigns.ts';
import type { EventHub } from '../event-hub.ts';
import type { Journal } from '../journal.ts';
import type { Operator } from '../operators.ts';
import type { Random } from '../secrets.ts';
import { Turns } from '../turns.ts';
import { Campaign, type CampaignCause, type CampaignRecord, checkDefinition, keptOf } from './campaign.ts';
import type { CampaignBook } from './campaign-book.ts';
import { type Foreseen, keepPlan, type PlanningParts, planOver } from './campaign-planning.ts';
import { WaveCounts } from './wave-counts.ts';

export interface CampaignDeskParts extends PlanningParts {
  readonly campaigns: CampaignBook;
  readonly journal: Journal;
  readonly hub: EventHub;
  readonly clock: Clock;
  readonly random: Random;
  /** A wave has opened: devices that are there may hear of it. */
  readonly opened: (campaign: Campaign) => void;
  /** Devices that were told of it and have not confirmed are told so no longer. */
  readonly takenBack: (campaign: Campaign) => void;
}

const mostCampaigns = 1000;

/** What is decided about campaigns, by operators and by their own gates. */
export class CampaignDesk {
  readonly #parts: CampaignDeskParts;
  readonly #turns = new Turns();

  constructor(parts: CampaignDeskParts) {
    this.#parts = parts;
  }

  /** Who would be updated when, as things stand. Nothing is kept. @throws as {@link create} */
  foresee(value: unknown): Promise<Foreseen> {
    return planOver(this.#checked(value), 'foreseen', this.#parts);
  }

  /**
   * @throws KitenError `update/campaign-malformed`, `kiten/release-unknown`, `kiten/release-withdrawn`,
   *   `kiten/campaign-hardware`, `kiten/campaigns-full`, `policy/…`
   */
  async create(value: unknown, operator: Operator, reason: string): Promise<Campaign> {
    const { campaigns, clock, random, site, releases } = this.#parts;
    const definition = this.#checked(value);
    if (campaigns.all().length >= mostCampaigns)
      throw new KitenError('kiten/campaigns-full', `A site keeps ${mostCampaigns} campaigns at most.`);
    const at = clock.now();
    const by = actor(operator);
    const record: CampaignRecord = {
      ...{ id: toHex(random(5)), definition, seed: toHex(random(16)), state: 'draft', wave: 0, since: at },
      ...{ forgiven: {}, createdBy: by, createdAt: at, changedBy: by, changedAt: at, reason },
    };
    const campaign = new Campaign(record, site, releases, WaveCounts.of([]));
    await this.#keep(record, 'created');
    campaigns.put(campaign);
    return campaign;
  }

  /** Plans it, by what is known now, and opens the first wave. @throws KitenError `update/campaign-state` */
  start(id: string, operator: Operator, reason: string): Promise<Campaign> {
    return this.#command(id, 'start', actor(operator), reason, async (campaign) => {
      const { definition, seed } = campaign.record;
      const members = await keepPlan(campaign.id, await planOver(definition, seed, this.#parts), this.#parts);
      campaign.counts = WaveCounts.of([]);
      for (const member of members) campaign.counts.move(undefined, member);
      return { wave: 0, since: this.#parts.clock.now() };
    });
  }

  /** From the answer on, nobody is told anything by it. What devices say is heard all the same. */
  pause(id: string, operator: Operator, reason: string): Promise<Campaign> {
    const cause: CampaignCause = { code: 'operator', by: actor(operator), reason };
    return this.#command(id, 'pause', actor(operator), reason, async () => ({ cause }));
  }

  /** Goes on, despite what has failed so far: only what fails from now on counts. */
  resume(id: string, operator: Operator, reason: string): Promise<Campaign> {
    return this.#command(id, 'resume', actor(operator), reason, async (campaign) => ({
      ...{ forgiven: failuresOf(campaign), since: this.#parts.clock.now() },
    }));
  }

  /** Tells nobody anything any more; whoever has installed it goes on. */
  abort(id: string, operator: Operator, reason: string): Promise<Campaign> {
    return this.#command(id, 'abort', actor(operator), reason, async () => ({}));
  }

  /** Takes back from whoever has not confirmed. What is confirmed has burnt its counter. */
  rollback(id: string, operator: Operator, reason: string): Promise<Campaign> {
    return this.#command(id, 'rollback', actor(operator), reason, async () => ({
      since: this.#parts.clock.now(),
    }));
  }

  /** @throws KitenError `kiten/campaign-unknown`, `update/campaign-state` */
  mustTake(id: string, command: CampaignCommand): void {
    const { record } = this.#parts.campaigns.get(id);
    commanded(record.definition.name, record.state, command);
  }

  /** What a campaign comes to by itself. @throws KitenError `update/campaign-state` if somebody has decided meanwhile */
  comeTo(
    id: string,
    command: CampaignCommand,
    reason: string,
    more: Partial<CampaignRecord>,
  ): Promise<Campaign> {
    return this.#command(id, command, 'site', reason, async () => more);
  }

  /** Opens the wave after this one, unless the campaign has gone on or stopped meanwhile. */
  openNext(campaign: Campaign, wave: number): Promise<void> {
    return this.#turns.take(campaign.id, async () => {
      const before = campaign.record;
      if (before.state !== 'running' || before.wave !== wave) return;
      const at = this.#parts.clock.now();
      const about = { changedBy: 'site', changedAt: at, reason: `wave ${wave + 1} holds` };
      const after = { ...before, ...about, wave: wave + 1, since: at };
      await this.#keep(after, after.wave < before.definition.waves.length ? 'wave-opened' : 'catching-up');
      campaign.open(after);
      this.#parts.opened(campaign);
    });
  }

  #checked(value: unknown): CampaignDefinition {
    const definition = readCampaign(value);
    checkDefinition(definition, this.#parts.site, this.#parts.releases);
    return definition;
  }

  /** One after the other: when a person and a gate decide at once, whoever comes second finds what the first has left. */
  #command(
    id: string,
    command: CampaignCommand,
    by: string,
    reason: string,
    work: (campaign: Campaign) => Promise<Partial<CampaignRecord>>,
  ): Promise<Campaign> {
    const campaign = this.#parts.campaigns.get(id);
    return this.#turns.take(campaign.id, async () => {
      const { cause: _, ...before } = campaign.record;
      const state = commanded(before.definition.name, before.state, command);
      const known = campaign.record;
      const about = { changedBy: by, changedAt: this.#parts.clock.now(), reason };
      try {
        // A stop is in force before it is kept, and what was told before it is kept before it.
        if (state !== 'running') {
          campaign.record = { ...before, ...about, state };
          while (campaign.underWay.size > 0) await Promise.allSettled(campaign.underWay);
        }
        const after = { ...before, ...about, ...(await work(campaign)), state };
        await this.#keep(after, command);
        campaign.record = after;
      } catch (error) {
        campaign.record = known;
        throw error;
      }
      if (state === 'running') this.#parts.opened(campaign);
      else this.#parts.takenBack(campaign);
      return campaign;
    });
  }

  async #keep(record: CampaignRecord, what: keyof typeof happened): Promise<void> {
    const { journal, hub } = this.#parts;
    const { id, definition, state, wave, changedAt, changedBy, reason } = record;
    const target = definition.targets.join(', ').slice(0, 300);
    const data = { campaign: id, name: definition.name, target, wave: wave + 1 };
    const about = { at: changedAt, actor: changedBy, reason: reason.slice(0, 500), data };
    const event: RecordedEvent = { type: `update/campaign-${happened[what]}`, ...about };
    await journal.commit([event], (store) => putCampaign(store, keptOf(record)));
    hub.publish('campaign', { id, state });
  }
}

const happened = {
  ...{ created: 'created', start: 'started', pause: 'paused', resume: 'resumed', abort: 'aborted' },
  ...{ rollback: 'rolled-back', finish: 'finished', 'wave-opened': 'wave-opened' },
  'catching-up': 'catching-up',
} as const satisfies Readonly<Record<CampaignCommand | 'created' | 'wave-opened' | 'catching-up', string>>;

/** Everything that has failed so far, by wave and kind. */
function failuresOf({ record, counts }: Campaign): Readonly<Record<string, number>> {
  const failures: Record<string, number> = {};
  for (const wave of record.definition.waves.keys()) {
    const { tally, kinds } = counts.tally(wave, new Map());
    failures[`${wave} `] = tally.failed;
    for (const [kind, { failed }] of kinds) if (failed > 0) failures[`${wave} ${kind}`] = failed;
  }
  return failures;
}

const actor = ({ name }: Operator): string => `operator:${name}`;
