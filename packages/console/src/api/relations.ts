import { ask } from './client.ts';
import type { FaultKind, Lesson, Proposal } from './readings.ts';

/** What makes us think that a sensor lies (above 0), or that it does not. */
export interface Reason {
  readonly what: 'check' | 'kept' | 'relation' | 'detectors' | 'freshness' | 'attestation';
  readonly name: string;
  readonly weight: number;
}

/** A sensor that lies, or may; times in milliseconds since the Unix epoch. */
export interface Suspect {
  /** `STREAM#CHANNEL` */
  readonly sensor: string;
  readonly device: string;
  readonly probability: number;
  readonly since: number;
  readonly kind: FaultKind;
  readonly confidence: number;
  readonly said: number | null;
  readonly expected: number | null;
  readonly reasons: readonly Reason[];
}

/** A time in which sensors contradicted each other; without an end it lasts. */
export interface Contradiction {
  readonly began: number;
  readonly ended?: number;
  readonly since: number;
  readonly severity: number;
  readonly tier: 'warning' | 'contraindicated';
  /** Whether it can be told who lies. */
  readonly isTold: boolean;
  readonly sensors: readonly Suspect[];
  /** That one of its sensors lies, or several. */
  readonly devices: readonly { readonly device: string; readonly probability: number }[];
  readonly broken: readonly { readonly check: string; readonly severity: number }[];
}

export interface CheckStanding {
  /** `relation` stands for all that was learned. */
  readonly check: string;
  /** 1 is where an alarm begins; null: it cannot be said. */
  readonly severity: number | null;
}

/** A sensor that takes no part, and when it did last; the others are compared on. */
export interface MissingSensor {
  /** `STREAM#CHANNEL` */
  readonly sensor: string;
  readonly why: 'silent' | 'unit' | 'apart';
  readonly since?: number;
  readonly unit?: {
    readonly says: string;
    readonly asked: string;
    readonly by: 'declared' | 'learned' | 'before';
  };
}

/** Streams whose sensors are checked against each other. */
export interface Relation {
  readonly id: string;
  readonly streams: readonly string[];
  readonly checks: readonly string[];
  readonly units?: Readonly<Record<string, string>>;
  readonly every: number;
  readonly alarmsPerDay: number;
  readonly state: 'declared' | 'learning' | 'learned' | 'judging' | 'silent' | 'alarm' | 'unjudged';
  readonly rows: number;
  readonly learnsUntil?: number;
  readonly learnsRows?: number;
  readonly learnedRows?: number;
  readonly accepts?: true;
  readonly proposal?: string;
  readonly profile?: string;
  readonly related?: readonly { readonly check: string; readonly explained: number }[];
  readonly problem?: string;
  readonly standing: readonly CheckStanding[];
  readonly missing: readonly MissingSensor[];
  readonly calmSince?: number;
  readonly alarms: readonly Contradiction[];
}

/** What a check is about: sensors as `STREAM#CHANNEL`. */
export interface Link {
  readonly check: string;
  readonly sensors: readonly string[];
}

type Cells = readonly (readonly (number | null)[])[];

export interface RelationReadings {
  readonly relation: Relation;
  readonly links: readonly Link[];
  readonly readings: {
    readonly sensors: readonly string[];
    readonly checks: readonly string[];
    readonly times: readonly number[];
    readonly values: Cells;
    readonly severities: Cells;
  };
}

const path = (id: string): string => `/stream-relations/${encodeURIComponent(id)}`;

/** In place of what was compared by this name. */
function relate(
  relation: Pick<Relation, 'id' | 'streams' | 'checks' | 'units' | 'every' | 'alarmsPerDay'>,
  reason: string,
): Promise<unknown> {
  const { id, streams, checks, units, every, alarmsPerDay } = relation;
  return ask('PUT', path(id), { streams, checks, units, every, alarmsPerDay, reason });
}

export const relationsApi = {
  /** Each with its newest contradiction: one that lasts is that. */
  all: async () =>
    ((await ask('GET', '/stream-relations?alarms=1')) as { readonly relations: readonly Relation[] })
      .relations,
  of: (id: string) => ask('GET', path(id)) as Promise<RelationReadings>,
  learn: (id: string, lesson: Lesson, reason: string) =>
    ask('POST', `${path(id)}/learn`, { ...lesson, reason }),
  /** @param proposal what was looked at, and not what may have been learned since */
  accept: (id: string, proposal: string, reason: string) =>
    ask('POST', `${path(id)}/accept`, { proposal, reason }),
  refuse: (id: string, proposal: string, reason: string) =>
    ask('POST', `${path(id)}/refuse`, { proposal, reason }),
  stopLesson: (id: string, reason: string) => ask('POST', `${path(id)}/stop-lesson`, { reason }),
  proposal: (id: string) => ask('GET', `${path(id)}/proposal`) as Promise<Proposal>,
  remove: (id: string, reason: string) => ask('DELETE', `${path(id)}?${new URLSearchParams({ reason })}`),
  relate,
  /** Declares the same streams with one check more: what was learned is no longer judged by. */
  addCheck: (relation: Relation, check: string, reason: string) =>
    relate({ ...relation, checks: [...relation.checks, check] }, reason),
};
