import { ask } from './client.ts';
import type { Waiting } from './types.ts';

export interface PolicyRevision {
  readonly revision: number;
  readonly text: string;
  readonly author: string;
  readonly reason: string;
  readonly at: number;
}

export interface PolicyProblem {
  readonly message: string;
  readonly code: string;
  readonly policy?: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
}

export interface PolicyChange {
  readonly change: 'allowed' | 'denied';
  readonly environment: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly example: {
    readonly principal: string;
    readonly action: string;
    readonly resource: string;
    readonly context: string;
    readonly json: string;
  };
}

export interface JudgedInvariant {
  readonly id: string;
  readonly sentence: string;
  readonly sentenceJa?: string;
  readonly result: 'proved' | 'refuted' | 'unknown';
  /** Request and entities as Cedar's JSON. */
  readonly counterexample?: string;
  readonly why?: string;
}

export interface PolicyRemark {
  readonly policy: string;
  readonly remark: 'never-matches' | 'contradicted' | 'shadowed';
  readonly by: readonly string[];
}

export interface ReplayedChange {
  readonly requests: number;
  readonly rows: number;
  readonly most: readonly {
    readonly device: string;
    readonly action: string;
    readonly topic: string;
    readonly requests: number;
    readonly policies: readonly string[];
  }[];
}

export interface PolicyReview {
  /** Where there are any, nothing else was looked at. */
  readonly problems: readonly PolicyProblem[];
  readonly meaning?: {
    readonly changes: readonly PolicyChange[];
    readonly undecided: readonly { readonly environment: string; readonly why: string }[];
    readonly remarks: readonly PolicyRemark[];
    readonly remarksUndecided: readonly string[];
    readonly invariants: readonly JudgedInvariant[];
  };
  readonly replay?: {
    readonly requests: number;
    readonly untold: number;
    readonly denied: ReplayedChange;
    readonly allowed: ReplayedChange;
  };
}

export const policyApi = {
  present: () => ask('GET', '/policies') as Promise<PolicyRevision>,
  review: (text: string) => ask('POST', '/policies/review', { text }) as Promise<PolicyReview>,
  apply: (text: string, reason: string) =>
    ask('PUT', '/policies', { text, reason }) as Promise<PolicyRevision | Waiting>,
};
