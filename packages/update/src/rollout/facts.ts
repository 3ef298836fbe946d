import type { EcuFacts, Release } from './release.ts';

/** How a device stands in the eyes of its verifier (AR4SI trust tiers). */
export type Trust = 'none' | 'affirming' | 'warning' | 'contraindicated';

/** What a campaign knows of a device: all of it is the site's word, but for what the device says it is made of. */
export interface DeviceFacts {
  readonly id: string;
  readonly groups: readonly string[];
  readonly model?: string;
  readonly lot?: string;
  readonly standing: 'admitted' | 'quarantined' | 'revoked';
  readonly trust: Trust;
  readonly overdue: boolean;
  /** The eight claims of AR4SI. */
  readonly vector: Readonly<Record<string, number>>;
  /** Codes of the findings that count against it. */
  readonly adverse: readonly string[];
  /** Its ECUs, as its newest manifest has them; empty if it never sent one. */
  readonly ecus: readonly EcuFacts[];
}

/** Whether a device belongs to a campaign's cohort: the policy engine's answer, handed in. */
export type Cohort = (device: DeviceFacts, releases: readonly Release[]) => boolean;
