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
  | 'silence'
  | 'disagreement'
  | 'unknown';

/** A stream of readings, and how it is doing. Times in milliseconds since the Unix epoch. */
export interface Stream {
  readonly stream: string;
  readonly device: string;
  readonly declaration: string;
  readonly topic: string;
  readonly state: 'seen' | 'learning' | 'learned' | 'judging' | 'silent' | 'alarm' | 'unjudged';
  readonly rows: number;
  readonly lastAt?: number;
  /** Since when its readings are normal. */
  readonly normalSince?: number;
  readonly problem?: string;
  /** It is being learned until then, or until there are so many rows; whether it is judged by that at once. */
  readonly learnsUntil?: number;
  readonly learnsRows?: number;
  readonly learnedRows?: number;
  readonly accepts?: true;
  /** SHA-256 of what was learned and waits to be accepted, and of what it is judged by. */
  readonly proposal?: string;
  readonly profile?: string;
  /** It lasts. */
  readonly alarm?: Alarm;
  /** How far its normal has wandered, the farthest channel first. */
  readonly drift?: readonly Drift[];
}

/** How it is doing; one that is being learned, or waits to be accepted, is judged by what was accepted before. */
export function statesOf({ state, alarm }: Stream): readonly Stream['state'][] {
  const isHidden = alarm !== undefined && (state === 'learning' || state === 'learned');
  return isHidden ? ['alarm', state] : [state];
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

/** How the streams of a declaration are judged. */
export interface JudgingRules {
  /** Alarms without a cause that are put up with, of one stream. */
  readonly alarmsPerDay: number;
  /** Without readings for so long a stream is silent. */
  readonly silenceSeconds: number;
  /** So long of normal readings takes an alarm back; without it, only an operator does. */
  readonly recoverSeconds?: number | undefined;
  /** A stream that appears is learned at once, for so long. */
  readonly learnSeconds?: number | undefined;
  readonly follow?: FollowRules | undefined;
}

/** Which messages are readings, and where in them the channels stand. */
export interface Source {
  /** MQTT topic filter. */
  readonly filter: string;
  readonly form: string;
  readonly fields: readonly string[];
  readonly units?: Readonly<Record<string, string>> | undefined;
  readonly binSeconds?: number | undefined;
  readonly sequence?: string | undefined;
  readonly time?: string | undefined;
  readonly key?: string | undefined;
  readonly keys?: Readonly<Record<string, string>> | undefined;
}

export interface Declaration extends Source, JudgingRules {
  readonly id: string;
  /** Who made it, and when; not said of one that is to be made. */
  readonly setBy?: string;
  readonly setAt?: number;
}

export interface StreamReadings {
  readonly stream: Stream;
  readonly declaration: Declaration;
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
  /** What channels are measured in, where messages say it. */
  readonly units?: Readonly<Record<string, string>>;
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

/** What a profile takes for normal. */
export interface ProfileSummary {
  readonly digest: string;
  readonly rows: number;
  /** Seconds between two rows. */
  readonly interval?: number;
  readonly alarmsPerDay: number;
  readonly channels: readonly NormalChannel[];
}

/** A channel while nothing was wrong, as it is read. */
export interface NormalChannel {
  readonly channel: string;
  /** Empty where nobody said. */
  readonly unit: string;
  readonly mean: number;
  /** The standard deviation. */
  readonly deviation: number;
  readonly least?: number;
  readonly most?: number;
}

/** What was learned and waits, and what it is judged by until then. */
export interface Proposal {
  readonly proposal: ProfileSummary;
  readonly profile?: ProfileSummary;
}

/** For how long somebody has something learned, and whether it is judged by that without asking again. */
export interface Lesson {
  readonly seconds: number;
  readonly accept: boolean;
}

/** A week. */
const lesson = 604_800;

const declarationPath = (id: string): string => `/stream-declarations/${encodeURIComponent(id)}`;

/** In place of what was declared by this name, with all that it says; what is not said is as usual. */
function declare(
  declaration: Source & Partial<JudgingRules> & Pick<Declaration, 'id' | 'setBy' | 'setAt'>,
  reason: string,
): Promise<unknown> {
  const { id, setBy: _, setAt: _time, ...said } = declaration;
  return ask('PUT', declarationPath(id), { ...said, reason });
}

export const readingsApi = {
  found: async () =>
    ((await ask('GET', '/streams/discovered')) as { readonly found: readonly FoundStreams[] }).found,
  /** Has what was found declared, and each stream of it learned for a week. */
  declareFound: (
    { name: id, filter, form, fields, units, binSeconds, sequence, time }: FoundStreams,
    reason: string,
  ) => declare({ id, filter, form, fields, units, binSeconds, sequence, time, learnSeconds: lesson }, reason),
  declare,
  declarations: async () =>
    ((await ask('GET', '/stream-declarations')) as { readonly declarations: readonly Declaration[] })
      .declarations,
  all: () => ask('GET', '/streams') as Promise<Streams>,
  of: (stream: string) =>
    ask('GET', `/streams/readings?stream=${encodeURIComponent(stream)}`) as Promise<StreamReadings>,
  learn: (stream: string, wanted: Lesson, reason: string) =>
    ask('POST', '/streams/learn', { stream, ...wanted, reason }),
  stopLesson: (stream: string, reason: string) => ask('POST', '/streams/stop-lesson', { stream, reason }),
  proposal: (stream: string) =>
    ask('GET', `/streams/proposal?stream=${encodeURIComponent(stream)}`) as Promise<Proposal>,
  /** Judges by what was looked at: refused where something else was learned meanwhile. */
  accept: (stream: string, proposal: string, reason: string) =>
    ask('POST', '/streams/accept', { stream, proposal, reason }),
  refuse: (stream: string, proposal: string, reason: string) =>
    ask('POST', '/streams/refuse', { stream, proposal, reason }),
  /** One that will not say anything any more. */
  forget: (stream: string, reason: string) =>
    ask('DELETE', `/streams?${new URLSearchParams({ stream, reason })}`),
  /** Takes a declaration back. */
  undeclare: (declaration: string, reason: string) =>
    ask('DELETE', `${declarationPath(declaration)}?${new URLSearchParams({ reason })}`),
};
