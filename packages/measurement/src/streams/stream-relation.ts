import { KitenError } from '@kiten/codec';
import { type CrossCheck, checkCrossChecks } from '../cross/cross-check.ts';
import type { CrossJudgement } from '../cross/cross-judgement.ts';
import type { JointStream } from '../cross/joint-rows.ts';
import { mostSensors } from '../cross/joint-rows.ts';
import type { AttestedTier } from '../cross/own-evidence.ts';
import { sensorName } from '../cross/sensor.ts';
import { isUnit } from '../series/unit.ts';
import type { LessonEnd } from './lesson.ts';
import type { LessonGauges, Taught } from './lesson-watch.ts';
import type { MissingSensor } from './missing-sensors.ts';
import type { CheckStanding } from './relation-course.ts';

/** Streams of a site whose sensors are checked against each other. */
export interface StreamRelation {
  /** 1–32 of a–z, 0–9, `.`, `_`, `-`. */
  readonly id: string;
  readonly streams: readonly string[];
  readonly checks: readonly CrossCheck[];
  /** What sensors are measured in, by their names: `{ 'pump-1/pump#flow': 'l/s' }`; of others, what their streams say. */
  readonly units?: Readonly<Record<string, string>>;
  /** Seconds between two joint rows; what a sensor said counts for three of them. */
  readonly every: number;
  /** Alarms without a cause that are put up with. */
  readonly alarmsPerDay: number;
}

const idForm = /^[a-z0-9][a-z0-9._-]{0,31}$/;
const mostStreams = 16;
const held = 3;

/** @throws KitenError `measurement/stream-relation`, `measurement/cross-check` */
export function checkRelation({
  id,
  streams,
  checks,
  units = {},
  every,
  alarmsPerDay,
}: StreamRelation): void {
  if (!idForm.test(id)) throw refused('its name has other characters than a–z, 0–9, “.”, “_” and “-”');
  if (streams.length < 2 || streams.length > mostStreams || new Set(streams).size !== streams.length)
    throw refused(`it is of 2 to ${mostStreams} streams, each once`);
  if (!(every >= 1 && every <= 86_400)) throw refused('its rows are a second to a day apart');
  if (!(alarmsPerDay > 0)) throw refused('its alarms a day are no number above 0');
  checkCrossChecks(checks);
  if (!Object.values(units).every(isUnit))
    throw refused('a unit has 1 to 16 characters that can be seen, such as l/s');
}

/**
 * The streams with the channels that they have.
 *
 * @throws KitenError `measurement/stream-relation`, `measurement/cross-sensor-unknown`
 */
export function joinedStreams(
  { streams, every, checks, units = {} }: StreamRelation,
  channelsOf: (stream: string) => readonly string[],
): JointStream[] {
  const joined = streams.map((stream) => ({ stream, channels: channelsOf(stream), hold: held * every }));
  const names = new Set(
    joined.flatMap(({ stream, channels }) => channels.map((channel) => sensorName({ stream, channel }))),
  );
  if (names.size > mostSensors)
    throw refused(`its streams have ${names.size} channels; ${mostSensors} at most are compared`);
  const named = [...checks.flatMap(({ sensors }) => sensors.map(sensorName)), ...Object.keys(units)];
  const unknown = named.find((name) => !names.has(name));
  if (unknown === undefined) return joined;
  throw new KitenError(
    'measurement/cross-sensor-unknown',
    `A check or a unit names ${unknown.slice(0, 140)}, which is no channel of its streams.`,
  );
}

function refused(why: string): KitenError {
  return new KitenError('measurement/stream-relation', `These streams are not compared: ${why}.`);
}

/** The text of what was learned of a relation, and SHA-256 of that, hexadecimal. */
export interface RelationProfile {
  readonly text: Uint8Array;
  readonly digest: string;
}

/** A relation as the thread that judges knows it. */
export interface KnownRelation {
  readonly id: string;
  readonly every: number;
  readonly streams: readonly JointStream[];
  /** What each sensor was declared to be measured in, in their order; '' where it was not. */
  readonly units?: readonly string[];
  readonly profile?: RelationProfile;
  /** It is being learned. */
  readonly lesson?: LessonEnd;
  /** An alarm that lasted when judging stopped. */
  readonly alarm?: RelationAlarm;
  /** What attestation says of its devices, where it says something. */
  readonly attested?: ReadonlyMap<string, AttestedTier>;
}

/** A time in which sensors contradicted each other. */
export interface RelationAlarm {
  readonly relation: string;
  /** When it was raised, in milliseconds since the Unix epoch. */
  readonly began: number;
  /** Absent while it lasts. */
  readonly ended?: number;
  /** What was thought last. */
  readonly judgement: CrossJudgement;
}

/** How a relation is doing. */
export interface RelationGauges {
  readonly rows: number;
  readonly lesson: LessonGauges | undefined;
  readonly alarm: RelationAlarm | undefined;
  /** Of the newest row; empty as long as nothing is judged. */
  readonly checks: readonly CheckStanding[];
  /** Why it is not judged by what was accepted. */
  readonly problem: string | undefined;
  /** Sensors that take no part now. */
  readonly missing: readonly MissingSensor[];
  /** Whether there are two sensors at least that do, and something to compare them by. */
  readonly isCompared: boolean;
  /** Since when its sensors have gone together; milliseconds. */
  readonly calmSince: number | undefined;
}

/** What judging tells of relations. Structured-clonable. */
export type RelationReport =
  | ({ readonly kind: 'relation-taught'; readonly relation: string } & Taught)
  /** In its lesson it was said for the first time what a sensor is measured in: to be kept with it. */
  | {
      readonly kind: 'relation-heard';
      readonly relation: string;
      readonly until: number;
      readonly units: readonly string[];
    }
  | { readonly kind: 'relation-alarm'; readonly alarm: RelationAlarm };
