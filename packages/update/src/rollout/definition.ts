import type { MaintenanceWindow } from './window.ts';

/** One step of a campaign. It reaches what the steps before it have reached, and more. */
export interface Wave {
  /** How much of the cohort is reached once it is through. */
  readonly reach: { readonly devices: number } | { readonly percent: number };
  /** Devices that may be assigned the release in any minute. */
  readonly perMinute?: number;
  /** Devices that may be at it at once. */
  readonly atOnce?: number;
}

/** What has to hold before the next wave opens, and what pauses the campaign. */
export interface Gate {
  /** Per cent of the devices of a wave that count, which have to be proven. */
  readonly quorumPercent: number;
  /** Per cent of a wave that have to count: what is offline is left out up to here. */
  readonly leastPercent: number;
  /** So many may fail, or lie about it, and the campaign goes on: whichever of the two is more. */
  readonly tolerate: { readonly devices: number; readonly percent: number };
  /** A wave lasts so long at least, and is given up after so long. */
  readonly soakSeconds: number;
  readonly deadlineSeconds: number;
  /** From its assignment a device has so long to be proven; then it counts as failed. */
  readonly settleSeconds: number;
  /** Whoever was not heard of for so long since its wave opened is offline. */
  readonly offlineSeconds: number;
  readonly proof: Proof;
}

/**
 * What it takes for a device to count as proven once it has confirmed: new evidence by which the verifier affirms it and that
 * shows the release (`verdict`); its signed vehicle manifest, in which its ECUs run the images, by their hashes
 * (`manifest`), for devices that have no TPM; or its word alone (`report`).
 */
export const proofs = ['verdict', 'manifest', 'report'] as const;
export type Proof = (typeof proofs)[number];

/** How a refused installation is tried again. */
export interface Retry {
  readonly attempts: number;
  readonly firstSeconds: number;
  readonly mostSeconds: number;
}

/** What an operator asks for. */
export interface CampaignDefinition {
  readonly name: string;
  /** Targets of the Image repository, one for each kind of hardware. */
  readonly targets: readonly string[];
  /** Targets to go back to, one for each kind of hardware; what each device ran before unless given. */
  readonly previous: readonly string[];
  /** Cedar policies: who is permitted the action `update` belongs to the cohort. */
  readonly cohort: string;
  readonly waves: readonly Wave[];
  readonly gate: Gate;
  readonly windows: readonly MaintenanceWindow[];
  readonly retry: Retry;
  /** Whether devices in quarantine are updated whose evidence calls for it. */
  readonly repair: boolean;
}

export const defaultGate: Gate = {
  quorumPercent: 90,
  leastPercent: 50,
  tolerate: { devices: 1, percent: 2 },
  soakSeconds: 3600,
  deadlineSeconds: 7 * 86_400,
  settleSeconds: 6 * 3600,
  offlineSeconds: 86_400,
  proof: 'verdict',
};

export const defaultRetry: Retry = { attempts: 5, firstSeconds: 300, mostSeconds: 86_400 };
