import { KitenError } from '@kiten/codec';
import {
  type CampaignDefinition,
  type CampaignState,
  type Cohort,
  campaignToJson,
  type PauseCause,
  type Release,
  readCampaign,
} from '@kiten/update';
import type { KeptCampaign } from '../../store/update-campaigns.ts';
import { compileCohort } from './cohort.ts';
import type { ReleaseBook } from './release-book.ts';
import type { WaveCounts } from './wave-counts.ts';

/** What a campaign is and how far it has come. Immutable: a change makes a new one. */
export interface CampaignRecord {
  readonly id: string;
  readonly definition: CampaignDefinition;
  readonly seed: string;
  readonly state: CampaignState;
  /** The wave that is open, from 0; one past the last once all are through and stragglers are awaited. */
  readonly wave: number;
  readonly since: number;
  /** Failures that an operator has seen and went on despite: under the wave’s number, a blank and the kind. */
  readonly forgiven: Readonly<Record<string, number>>;
  /** Why it is paused. */
  readonly cause?: CampaignCause;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly changedBy: string;
  readonly changedAt: number;
  readonly reason: string;
}

/** A gate has paused it, or somebody has. */
export type CampaignCause =
  | PauseCause
  | { readonly code: 'operator'; readonly by: string; readonly reason: string };

/** A campaign at work: its record, and what it is judged with. */
export class Campaign {
  record: CampaignRecord;
  readonly #book: Pick<ReleaseBook, 'find'>;
  readonly cohort: Cohort;
  counts: WaveCounts;
  /** When devices were assigned the release within the last minute. */
  readonly recent: number[];
  /** What is on its way to the store. A pause waits for it. */
  readonly underWay = new Set<Promise<unknown>>();
  /** By kind, those of the open wave that have not asked since it opened; as it was when it was counted last. */
  unheard: ReadonlyMap<string, number> = new Map();
  unheardAt = 0;

  constructor(
    record: CampaignRecord,
    site: string,
    book: ReleaseBook,
    counts: WaveCounts,
    recent: readonly number[] = [],
  ) {
    this.record = record;
    this.#book = book;
    this.cohort = compileCohort(record.definition.cohort, site);
    this.counts = counts;
    this.recent = [...recent];
  }

  /** As the Image repository speaks of them now: one may be withdrawn meanwhile. */
  get releases(): readonly Release[] {
    return this.#found(this.record.definition.targets);
  }

  /** What there is to go back to. */
  get previous(): readonly Release[] {
    return this.#found(this.record.definition.previous).filter(
      ({ withdrawnAt }) => withdrawnAt === undefined,
    );
  }

  #found(targets: readonly string[]): readonly Release[] {
    return targets.flatMap((target) => this.#book.find(target) ?? []);
  }

  get id(): string {
    return this.record.id;
  }

  /** Goes on with another wave. */
  open(record: CampaignRecord): void {
    this.record = record;
    this.unheard = new Map();
    this.unheardAt = 0;
  }

  /** Whether the rate of the open wave has room for one more; repairs go by the first wave’s. */
  hasRoom(now: number): boolean {
    while (this.recent[0] !== undefined && this.recent[0] <= now - 60_000) this.recent.shift();
    const { waves } = this.record.definition;
    const wave = waves[Math.min(this.record.wave, waves.length - 1)];
    if (wave?.perMinute !== undefined && this.recent.length >= wave.perMinute) return false;
    return (
      wave?.atOnce === undefined || this.counts.sum(['assigned', 'installed', 'confirmed']) < wave.atOnce
    );
  }

  /** Keeps track of something that is being committed. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.underWay.add(work);
    try {
      return await work;
    } finally {
      this.underWay.delete(work);
    }
  }
}

/** @throws KitenError `kiten/release-unknown`, `kiten/release-withdrawn`, `kiten/campaign-hardware`, `policy/…` */
export function checkDefinition(definition: CampaignDefinition, site: string, book: ReleaseBook): void {
  for (const targets of [definition.targets, definition.previous]) {
    const hardware = targets.flatMap((target) => book.get(target).hardwareIds);
    const twice = hardware.find((id, index) => hardware.indexOf(id) !== index);
    if (twice !== undefined)
      throw new KitenError(
        'kiten/campaign-hardware',
        `Two targets of the campaign are for the hardware ${twice}: which one a device gets has to be clear.`,
      );
  }
  compileCohort(definition.cohort, site);
}

export function recordOf(kept: KeptCampaign): CampaignRecord {
  return {
    ...{ id: kept.id, definition: readCampaign(JSON.parse(kept.definition)), seed: kept.seed },
    ...{ state: kept.state as CampaignState, wave: kept.wave, since: kept.since },
    forgiven: JSON.parse(kept.forgiven) as Record<string, number>,
    ...(kept.cause === null ? {} : { cause: JSON.parse(kept.cause) as CampaignCause }),
    ...{ createdBy: kept.created_by, createdAt: kept.created_at, changedBy: kept.changed_by },
    ...{ changedAt: kept.changed_at, reason: kept.reason },
  };
}

export function keptOf(record: CampaignRecord): KeptCampaign {
  return {
    ...{ id: record.id, name: record.definition.name, seed: record.seed, state: record.state },
    definition: JSON.stringify(campaignToJson(record.definition)),
    ...{ wave: record.wave, since: record.since, forgiven: JSON.stringify(record.forgiven) },
    cause: record.cause === undefined ? null : JSON.stringify(record.cause),
    ...{ created_by: record.createdBy, created_at: record.createdAt, changed_by: record.changedBy },
    ...{ changed_at: record.changedAt, reason: record.reason },
  };
}
