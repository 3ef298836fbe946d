import type { Clock, KitenError } from '@kiten/codec';
import { type CampaignCommand, excessOf, judgeWave, type PauseCause, type WaveState } from '@kiten/update';
import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import { unheardMembers } from '../../store/update-member-counts.ts';
import { overdueMembers } from '../../store/update-members.ts';
import type { Campaign, CampaignRecord } from './campaign.ts';
import type { CampaignBook } from './campaign-book.ts';
import type { CampaignDesk } from './campaign-desk.ts';
import type { UpdateDesk } from './update-desk.ts';

export interface CampaignGateParts {
  readonly database: Database;
  readonly campaigns: CampaignBook;
  readonly desk: Pick<CampaignDesk, 'comeTo' | 'openNext'>;
  readonly updates: Pick<UpdateDesk, 'expire'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Those whose time is over, in one look. */
const perLook = 500;
/** What has not asked is counted so often, in milliseconds. */
const recount = 30_000;

/** What campaigns come to by themselves, as time passes and devices report. */
export class CampaignGates {
  readonly #parts: CampaignGateParts;
  #looking: Promise<void> | undefined;

  constructor(parts: CampaignGateParts) {
    this.#parts = parts;
  }

  /** Judges every gate, and gives up on whoever has had its time. One look at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookAtAll(): Promise<void> {
    for (const campaign of this.#parts.campaigns.atWork()) {
      await this.#expire(campaign);
      if (campaign.record.state === 'running') await this.#judge(campaign);
      else if (campaign.record.state === 'rolling-back')
        await this.#finish(campaign, ['assigned', 'installed', 'confirmed', 'proven', 'returning']);
    }
  }

  async #judge(campaign: Campaign): Promise<void> {
    const { definition, wave } = campaign.record;
    const { gate, waves } = definition;
    const now = this.#parts.clock.now();
    const gone = campaign.releases.find(({ withdrawnAt }) => withdrawnAt !== undefined);
    if (gone !== undefined) return this.#pause(campaign, { code: 'release-withdrawn', target: gone.target });
    // Stragglers of waves that are through may still fail.
    for (let before = 0; before < Math.min(wave, waves.length); before += 1) {
      const cause = excessOf(waveState(campaign, before), gate);
      if (cause !== undefined) return this.#pause(campaign, cause);
    }
    if (wave >= waves.length)
      return this.#finish(campaign, ['waiting', 'assigned', 'installed', 'confirmed']);
    await this.#countUnheard(campaign, now);
    const verdict = judgeWave(waveState(campaign, wave), gate, now);
    if (verdict.outcome === 'pause') await this.#pause(campaign, verdict.cause);
    if (verdict.outcome === 'advance') await this.#parts.desk.openNext(campaign, wave);
  }

  async #countUnheard(campaign: Campaign, now: number): Promise<void> {
    const { id, record } = campaign;
    const isPatient = now - record.since < record.definition.gate.offlineSeconds * 1000;
    if (isPatient || now - campaign.unheardAt < recount) return;
    const counts = await unheardMembers(this.#parts.database, id, record.wave, record.since);
    campaign.unheard = new Map(counts.map(({ kind, count }) => [kind, count]));
    campaign.unheardAt = now;
  }

  /** Calls a person. */
  async #pause(campaign: Campaign, cause: PauseCause): Promise<void> {
    const { id: paused } = campaign;
    const about = { code: 'kiten/campaign-paused', campaign: paused, cause };
    this.#parts.logger.error(about, 'a campaign paused itself');
    await this.#comeTo(campaign, 'pause', `${cause.code}: ${numbersOf(cause)}`, { cause });
  }

  /** Once nobody is left for whom it could still change anything. */
  async #finish(campaign: Campaign, open: Parameters<Campaign['counts']['sum']>[0]): Promise<void> {
    if (campaign.counts.sum(open) > 0) return;
    await this.#comeTo(campaign, 'finish', 'every device is decided', {});
  }

  /** What the site comes to by itself gives way to what somebody has decided meanwhile. */
  async #comeTo(
    campaign: Campaign,
    command: CampaignCommand,
    reason: string,
    more: Partial<CampaignRecord>,
  ): Promise<void> {
    try {
      await this.#parts.desk.comeTo(campaign.id, command, reason, more);
    } catch (error) {
      if ((error as Partial<KitenError>).code !== 'update/campaign-state') throw error;
    }
  }

  async #expire(campaign: Campaign): Promise<void> {
    const { database, updates, clock } = this.#parts;
    if (campaign.counts.sum(['assigned', 'installed', 'confirmed']) === 0) return;
    const before = clock.now() - campaign.record.definition.gate.settleSeconds * 1000;
    for (const { device } of await overdueMembers(database, campaign.id, before, perLook))
      await updates.expire(campaign, device);
  }
}

function numbersOf(cause: PauseCause): string {
  switch (cause.code) {
    case 'too-many-failed':
      return `${cause.failed} of ${cause.of} ${cause.kind}, tolerated ${cause.tolerated}`;
    case 'quorum-missed':
      return `${cause.proven} of ${cause.of}, quorum ${cause.quorum}`;
    case 'release-withdrawn':
      return cause.target;
  }
}

/** How a wave stands, as its gate sees it. */
export function waveState({ record, counts, unheard }: Campaign, wave: number): WaveState {
  const prefix = `${wave} `;
  const forgiven = Object.entries(record.forgiven).flatMap(([key, count]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), count] as const] : [],
  );
  const { tally, kinds } = counts.tally(wave, wave === record.wave ? unheard : new Map());
  return { tally, kinds, since: record.since, forgiven: new Map(forgiven) };
}
