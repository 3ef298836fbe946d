import type { TrustVector } from '../trust/claims.ts';
import type { Standing } from '../trust/standing.ts';
import type { Tier } from '../trust/tiers.ts';
import { ask, devicePath } from './client.ts';

/** What a verdict said when it changed. */
export interface PastVerdict {
  readonly epoch: number;
  readonly at: number;
  readonly status: Tier;
  readonly overdue: boolean;
  readonly vector: TrustVector;
}

/** How a device stood from one moment on. */
export interface PastStanding {
  readonly at: number;
  readonly standing: Standing;
  readonly by: string | null;
  readonly reason: string | null;
}

export interface Certificate {
  /** Hexadecimal. */
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly issuedAt: number;
  readonly provenBy: string;
  /** SHA-256 of its SubjectPublicKeyInfo, hexadecimal. */
  readonly keyDigest: string;
  readonly key: string;
  readonly subjects: readonly string[];
  readonly revokedAt?: number;
}

export interface ExplainedRight {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly outcome: 'satisfied' | 'not satisfied' | 'failed';
  readonly outside: readonly ('principal' | 'action' | 'resource')[];
  readonly conditions: readonly {
    readonly kind: 'when' | 'unless';
    readonly holds: boolean | 'failed';
    readonly because: readonly {
      readonly expression: string;
      readonly value: string;
      readonly reads: readonly { readonly expression: string; readonly value: string }[];
    }[];
  }[];
  readonly sentence?: { readonly en: string; readonly ja?: string };
}

/** What policies decide about one thing that a device might do. */
export interface Right {
  readonly action: string;
  /** One that ends in a slash stands for all below it; absent: the site itself. */
  readonly topic?: string;
  readonly allowed: boolean;
  readonly policies: readonly ExplainedRight[];
  readonly allowedLately?: number;
  readonly deniedLately?: number;
}

export const deviceApi = {
  async verdicts(id: string): Promise<readonly PastVerdict[]> {
    const { verdicts } = (await ask('GET', `${devicePath(id)}/verdicts`)) as {
      verdicts: readonly PastVerdict[];
    };
    return verdicts;
  },
  async standings(id: string): Promise<readonly PastStanding[]> {
    const { standings } = (await ask('GET', `${devicePath(id)}/standings`)) as {
      standings: readonly PastStanding[];
    };
    return standings;
  },
  async certificates(id: string): Promise<readonly Certificate[]> {
    const { certificates } = (await ask('GET', `${devicePath(id)}/certificates`)) as {
      certificates: readonly Certificate[];
    };
    return certificates;
  },
  async rights(id: string): Promise<readonly Right[]> {
    const { rights } = (await ask('GET', `${devicePath(id)}/rights`)) as { rights: readonly Right[] };
    return rights;
  },
};
