import type { Wandered } from '../follow/follower.ts';
import type { FaultKind } from '../suspicion/kind.ts';
import type { Carrier } from '../suspicion/suspicion.ts';
import type { Taught } from './lesson-watch.ts';
import type { CountedMemory } from './pack-watch.ts';
import type { RelationReport } from './stream-relation.ts';

/**
 * What was concluded of a stream.
 *
 * | | |
 * | --- | --- |
 * | `normal` | its readings are as they were learned |
 * | `abnormal` | they are not |
 * | `silent` | none came |
 * | `unjudged` | nobody judged those that came |
 * | `unreadable` | messages do not hold the readings that were declared |
 * | `fresh` | its packs come once, in order and in time |
 * | `replayed`, `reordered`, `stale`, `early` | they do not |
 * | `missing` | packs never came |
 * | `forged` | a signature does not hold |
 * | `agreeing` | its sensors go together with those of other streams |
 * | `contradicted` | they do not |
 * | `uncompared` | nobody compares them with those of other streams any more |
 */
export const outcomes = [
  'normal',
  'abnormal',
  'silent',
  'unjudged',
  'unreadable',
  'fresh',
  'replayed',
  'reordered',
  'stale',
  'early',
  'missing',
  'forged',
  'agreeing',
  'contradicted',
  'uncompared',
] as const;
export type Outcome = (typeof outcomes)[number];

/** Readings that a conclusion rests on: times in milliseconds since the Unix epoch, one list of values a row. */
export interface Excerpt {
  readonly times: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
  readonly severities: readonly number[];
}

/** A conclusion with what it rests on: the body of evidence about a stream. */
export interface StreamConclusion {
  readonly stream: string;
  readonly outcome: Outcome;
  /** The time of the newest reading that it rests on, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** Since when it has been so. */
  readonly since: number;
  /** How many rows, or messages. */
  readonly count: number;
  /** 1 is where an alarm begins. */
  readonly severity?: number;
  /** What sees it: `level`, `freeze` … */
  readonly sees?: string;
  /** What it probably is. */
  readonly kind?: FaultKind;
  /** Those that carry it, the farthest from normal first. */
  readonly channels?: readonly string[];
  /** How far off, in packs or milliseconds; how sure it is this one, in hundredths; or what was wrong, in words. */
  readonly by?: number;
  readonly problem?: string;
  /** SHA-256 of the profile, hexadecimal. */
  readonly profile?: string;
  readonly excerpt?: Excerpt;
}

/** What an alarm probably is, by the rows that there were when it was looked at last. */
export interface AlarmDiagnosis {
  /** From then on there is no trust, in milliseconds since the Unix epoch: at the alarm's beginning, or before. */
  readonly since: number;
  readonly kind: FaultKind;
  /** That it is this kind: from 0 to 1. */
  readonly confidence: number;
  /** The farthest from what the others say first. */
  readonly carriers: readonly Carrier[];
}

/** A time in which a stream was not normal. */
export interface AlarmWindow {
  readonly stream: string;
  /** When the alarm was raised, in milliseconds since the Unix epoch. */
  readonly began: number;
  /** Absent while it lasts. */
  readonly ended?: number;
  readonly severity: number;
  readonly sees: string;
  readonly channels: readonly string[];
  readonly diagnosis?: AlarmDiagnosis;
}

/** Where normal has wandered to, and from which profile: SHA-256, hexadecimal. */
export interface WanderedFrom {
  readonly profile: string;
  /** Absent: it is not followed any more. */
  readonly wandered?: Wandered;
}

/** What judging tells. Structured-clonable. */
export type StreamReport =
  /** A stream that was not known before. */
  | {
      readonly kind: 'appeared';
      readonly stream: string;
      readonly declaration: string;
      readonly device: string;
      readonly topic: string;
      readonly at: number;
    }
  /** A stream has all that it is to be learned from. */
  | ({ readonly kind: 'taught'; readonly stream: string } & Taught)
  /** In its lesson it was said for the first time what a channel is measured in: to be kept with it. */
  | {
      readonly kind: 'heard';
      readonly stream: string;
      readonly until: number;
      readonly units: readonly string[];
    }
  /** Its lesson is over, and nothing is to be learned from it. */
  | {
      readonly kind: 'unlearned';
      readonly stream: string;
      /** Which lesson it was: until when. */
      readonly until: number;
      readonly problem: string;
    }
  | { readonly kind: 'concluded'; readonly conclusion: StreamConclusion }
  | { readonly kind: 'alarm'; readonly window: AlarmWindow }
  /** To be kept before anything that follows in the same list. */
  | { readonly kind: 'remember'; readonly stream: string; readonly memory: CountedMemory }
  /** Where the normal of a stream has wandered to from that profile: to be kept for whoever goes on. */
  | ({ readonly kind: 'wandered'; readonly stream: string } & WanderedFrom)
  | RelationReport;
