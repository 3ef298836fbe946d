import { ask, devicePath } from './client.ts';
import type { Approval } from './decisions.ts';

/** Why a device is, or is not, updated, or why a campaign is paused. */
export interface Why {
  readonly code: string;
  readonly sentence: Readonly<Record<'en' | 'ja', string>>;
}

/** How the devices of a wave stand. */
export interface Wave {
  readonly size: number;
  readonly waiting: number;
  readonly underWay: number;
  readonly proven: number;
  readonly failed: number;
  readonly tolerated: number;
}

export type CampaignState =
  | 'draft'
  | 'running'
  | 'paused'
  | 'aborted'
  | 'finished'
  | 'rolling-back'
  | 'rolled-back';

export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly state: CampaignState;
  readonly targets: readonly string[];
  /** The wave that is open, from 1. */
  readonly wave: number;
  readonly since: number;
  readonly paused?: Why;
  readonly waves: readonly Wave[];
  readonly repairs: Wave;
  readonly changedBy: string;
  readonly changedAt: number;
  readonly reason: string;
}

export interface DeviceUpdates {
  /** When it sent a manifest last. */
  readonly askedAt?: number;
  readonly ecus: readonly {
    readonly ecu: string;
    readonly hardwareId: string;
    readonly target?: string;
    readonly version?: string;
    readonly releaseCounter: number;
  }[];
  readonly campaigns: readonly {
    readonly id: string;
    readonly name: string;
    readonly state: CampaignState;
    readonly why: Why;
  }[];
}

export type CampaignCommand = 'start' | 'pause' | 'resume' | 'abort' | 'rollback';

export const updatesApi = {
  async campaigns(): Promise<readonly Campaign[]> {
    return ((await ask('GET', '/update/campaigns')) as { campaigns: readonly Campaign[] }).campaigns;
  },
  /** @returns a request that waits for a second person, if that is what it takes */
  command: (id: string, command: CampaignCommand, reason: string) =>
    ask('POST', `/update/campaigns/${id}/${command}`, { reason }) as Promise<
      Campaign | { readonly approval: Approval }
    >,
  ofDevice: (id: string) => ask('GET', `${devicePath(id)}/updates`) as Promise<DeviceUpdates>,
};
