import { ask } from './client.ts';

/** What may have been done to a sensor or to what it says. */
export type FaultKind =
  | 'bias'
  | 'drift'
  | 'freeze'
  | 'gain'
  | 'replacement'
  | 'noise'
  | 'alias'
  | 'replay'
  | 'swap'
  | 'jump'
  | 'forgery'
  | 'disagreement'
  | 'unknown';

/** A stream of readings, and how it is doing. Times in milliseconds since the Unix epoch. */
export interface Stream {
  readonly stream: string;
  readonly device: string;
  readonly topic: string;
  readonly state: 'seen' | 'learning' | 'learned' | 'judging' | 'silent' | 'alarm' | 'unjudged';
  readonly rows: number;
  readonly lastAt?: number;
  readonly problem?: string;
  /** How far its normal has wandered, the farthest channel first. */
  readonly drift?: readonly Drift[];
}

/** How far the normal of a channel is from where it was accepted. */
export interface Drift {
  readonly channel: string;
  /** In standard deviations of the channel. */
  readonly deviations: number;
  /** As it is read. */
  readonly amount: number;
  readonly unit?: string;
}

/** In standard deviations: how far normal may wander in a day, and from what was accepted. */
export interface FollowRules {
  readonly perDay: number;
  readonly most: number;
}

/** A time in which a stream was not normal; without an end it lasts. */
export interface Alarm {
  readonly began: number;
  readonly ended?: number;
  readonly severity: number;
  readonly sees: string;
  readonly channels: readonly string[];
  readonly diagnosis?: Diagnosis;
}

/** What an alarm probably is. */
export interface Diagnosis {
  /** From then on there is no trust. */
  readonly since: number;
  readonly kind: FaultKind;
  /** That it is this kind: from 0 to 1. */
  readonly confidence: number;
  readonly carriers: readonly { readonly channel: string; readonly share: number }[];
}

export interface StreamReadings {
  readonly stream: Stream;
  readonly declaration: { readonly follow?: FollowRules };
  readonly readings: {
    readonly channels: readonly string[];
    /** What each channel is measured in; empty where nobody says. */
    readonly units: readonly string[];
    readonly times: readonly number[];
    readonly values: readonly (readonly (number | null)[])[];
    /** 1 is where an alarm begins. */
    readonly severities: readonly number[];
  };
  readonly alarms: readonly Alarm[];
}

export interface Streams {
  readonly streams: readonly Stream[];
  readonly judging: {
    /** Since when nothing is judged. */
    readonly stoppedAt?: number;
    /** Messages that were not judged since the site started, and when that was told last. */
    readonly missed: number;
    readonly missedAt?: number;
  };
}

/** Readings that devices publish and that are not declared, with what would declare them. */
export interface FoundStreams {
  readonly name: string;
  readonly filter: string;
  readonly form: string;
  readonly fields: readonly string[];
  readonly binSeconds?: number;
  readonly sequence?: string;
  readonly time?: string;
  readonly devices: number;
  /** Devices that publish something else to these topics. */
  readonly unlike: number;
  readonly everySeconds?: number;
  /** Of signed packs: what they call their stream, and what stands in the way of judging them. */
  readonly pack?: { readonly stream?: string; readonly needs: readonly ('key' | 'name')[] };
}

/** A week. */
const lesson = 604_800;

export const readingsApi = {
  found: async () =>
    ((await ask('GET', '/streams/discovered')) as { readonly found: readonly FoundStreams[] }).found,
  /** Has what was found declared, and each stream of it learned for a week. */
  declare: ({ name, filter, form, fields, binSeconds, sequence, time }: FoundStreams, reason: string) =>
    ask('PUT', `/stream-declarations/${encodeURIComponent(name)}`, {
      ...{ filter, form, fields, binSeconds, sequence, time, learnSeconds: lesson, reason },
    }),
  all: () => ask('GET', '/streams') as Promise<Streams>,
  of: (stream: string) =>
    ask('GET', `/streams/readings?stream=${encodeURIComponent(stream)}`) as Promise<StreamReadings>,
};
