import { ask } from './client.ts';

/** Automatic enforcement that was paused. */
export interface Brake {
  readonly id: number;
  readonly group: string;
  readonly code: string;
  readonly state: 'braking' | 'released' | 'confirmed';
  readonly pulledAt: number;
  readonly fallen: number;
  readonly groupSize: number;
  /** Devices of which it holds falls now. */
  readonly devices: readonly string[];
  readonly decidedBy?: string;
  readonly reason?: string;
}

/** What somebody asked for and a second person decides about. */
export interface Approval {
  readonly id: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly requestedBy: string;
  readonly reason: string;
  readonly requestedAt: number;
  readonly expiresAt: number;
  readonly state: 'pending' | 'approved' | 'denied' | 'expired' | 'failed';
  readonly decidedBy?: string;
  readonly decisionReason?: string;
}

/** Glass that two people broke. */
export interface Exception {
  readonly id: string;
  readonly device?: string;
  readonly group?: string;
  readonly until: number;
  readonly requestedBy: string;
  readonly approvedBy: string;
  readonly reason: string;
  readonly state: 'in-force' | 'expired' | 'ended';
}

const list = async <Name extends string>(name: Name) =>
  (await ask('GET', `/${name}`)) as Readonly<Record<Name, readonly unknown[]>>;

export const decisionsApi = {
  brakes: async () => (await list('brakes')).brakes as readonly Brake[],
  approvals: async () => (await list('approvals')).approvals as readonly Approval[],
  exceptions: async () => (await list('exceptions')).exceptions as readonly Exception[],
  /** @returns a request that waits for a second person, if that is what it takes */
  decideBrake: (id: number, verb: 'confirm' | 'release', reason: string) =>
    ask('POST', `/brakes/${id}/${verb}`, { reason }) as Promise<Brake | { readonly approval: Approval }>,
  decideApproval: (id: string, verb: 'approve' | 'deny', reason: string) =>
    ask('POST', `/approvals/${id}/${verb}`, { reason }) as Promise<Approval>,
  endException: (id: string, reason: string) =>
    ask('POST', `/exceptions/${id}/end`, { reason }) as Promise<Exception>,
};
