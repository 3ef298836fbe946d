import {
  crossCheckText,
  faultKinds,
  type MissingSensor,
  missingReasons,
  parseCrossCheck,
  type RelationAlarm,
  type RelationCourse,
  type RelationGauges,
  sensorName,
} from '@kiten/measurement';
import Type from 'typebox';
import type { StreamDesk } from '../../site/measurement/stream-desk.ts';
import type { StreamState } from '../../site/measurement/stream-messages.ts';
import type { RelationRecord } from '../../store/stream-relations.ts';
import { time } from '../schemas.ts';
import { budgets, streamName } from './stream-schemas.ts';

export const relationId = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,31}$' });
const check = Type.String({
  maxLength: 2048,
  description: 'equal A B, sum WHOLE PART PART, ratio A B, below A B …',
});
export const every = Type.Number({
  minimum: 1,
  maximum: 86_400,
  description: 'Seconds between two joint rows',
});
export const declared = {
  streams: Type.Array(streamName, { minItems: 2, maxItems: 16 }),
  checks: Type.Array(check, { maxItems: 64 }),
  units: Type.Optional(
    Type.Record(Type.String({ maxLength: 1024 }), Type.String({ minLength: 1, maxLength: 16 }), {
      description: 'What sensors are measured in, by STREAM#CHANNEL; of others, what their streams say',
    }),
  ),
};
const suspect = Type.Object({
  sensor: Type.String({ description: 'STREAM#CHANNEL' }),
  device: Type.String(),
  probability: Type.Number({ description: 'That it lies' }),
  since: time,
  kind: Type.Enum([...faultKinds]),
  confidence: Type.Number({ description: 'That it is this kind' }),
  said: Type.Union([Type.Number(), Type.Null()]),
  expected: Type.Union([Type.Number(), Type.Null()]),
  reasons: Type.Array(Type.Object({ what: Type.String(), name: Type.String(), weight: Type.Number() })),
});
const alarm = Type.Object({
  began: time,
  ended: Type.Optional(time),
  since: time,
  severity: Type.Number({ description: '1 is where an alarm begins' }),
  tier: Type.Enum(['warning', 'contraindicated']),
  isTold: Type.Boolean({ description: 'Whether it can be told who lies' }),
  sensors: Type.Array(suspect),
  devices: Type.Array(
    Type.Object({ device: Type.String(), probability: Type.Number(), sensors: Type.Array(Type.String()) }),
  ),
  broken: Type.Array(Type.Object({ check: Type.String(), severity: Type.Number() })),
});
const missing = Type.Object({
  sensor: Type.String({ description: 'STREAM#CHANNEL' }),
  why: Type.Enum([...missingReasons], {
    description: 'Nothing comes of it; it says another unit; its clock is off',
  }),
  since: Type.Optional(time),
  unit: Type.Optional(
    Type.Object({
      says: Type.String(),
      asked: Type.String(),
      by: Type.Enum(['declared', 'learned', 'before'], { description: 'Who asks for that one' }),
    }),
  ),
});
export const shownRelation = Type.Object({
  id: relationId,
  ...declared,
  every,
  alarmsPerDay: budgets.alarmsPerDay,
  ...{ setBy: Type.String(), setAt: time, reason: Type.String() },
  state: Type.Enum(['declared', 'learning', 'learned', 'judging', 'silent', 'alarm', 'unjudged'], {
    description:
      'What is being done with it; of one that is judged, how it is doing. `silent` and `unjudged`: fewer than two of its sensors can be compared',
  }),
  rows: Type.Integer(),
  learnsUntil: Type.Optional(time),
  learnsRows: Type.Optional(Type.Integer({ description: 'Or until there are so many rows' })),
  learnedRows: Type.Optional(Type.Integer()),
  accepts: Type.Optional(
    Type.Literal(true, { description: 'It will be judged by what is being learned at once' }),
  ),
  proposal: Type.Optional(Type.String({ description: 'SHA-256 of a profile that waits to be accepted' })),
  profile: Type.Optional(Type.String()),
  related: Type.Optional(
    Type.Array(Type.Object({ check, explained: Type.Number() }), {
      description: 'Pairs that would make checks, and how much of each other they explain',
    }),
  ),
  problem: Type.Optional(Type.String()),
  standing: Type.Array(
    Type.Object({ check: Type.String(), severity: Type.Union([Type.Number(), Type.Null()]) }),
    {
      description:
        'How far each check, and “relation” for what was learned, is out of place in the newest row; 1 is where an alarm begins',
    },
  ),
  missing: Type.Array(missing, { description: 'Sensors that take no part now; the others are compared on' }),
  calmSince: Type.Optional(time),
  alarms: Type.Array(alarm),
});

/** Checks that are declared or proposed, with their sensors. */
export const shownLinks = Type.Array(Type.Object({ check, sensors: Type.Array(Type.String()) }));
const cells = Type.Array(Type.Array(Type.Union([Type.Number(), Type.Null()])));
/** The newest joint rows. */
export const shownCourse = Type.Object({
  sensors: Type.Array(Type.String({ description: 'STREAM#CHANNEL' })),
  checks: Type.Array(Type.String({ description: 'As in `standing`; none as long as nothing is judged' })),
  times: Type.Array(time),
  values: cells,
  severities: cells,
});

/** A relation as it stands now. */
export async function relationNow(streams: StreamDesk, record: RelationRecord) {
  const { id } = record.relation;
  const [doing, alarms] = [await streams.compared(id), await streams.relations.alarmsOf(id)];
  return relationView(record, doing, alarms, streams.relations.problemOf(id));
}

/** @param untold why it is not compared, where whoever judges was told nothing of it */
export function relationView(
  record: RelationRecord,
  doing: StreamState,
  alarms: readonly RelationAlarm[],
  untold?: string,
) {
  const gauges = doing.relations?.get(record.relation.id);
  const problem = untold ?? gauges?.problem;
  const { relation, accepts, lesson, related, ...known } = record;
  const { checks, streams, ...rest } = relation;
  return {
    ...{ ...rest, ...known, streams: [...streams], checks: checks.map(crossCheckText) },
    ...(related === undefined ? {} : { related: [...related] }),
    ...(problem === undefined ? {} : { problem }),
    state: stateOf(record, gauges, doing, problem),
    standing: (gauges?.checks ?? []).map((each) => ({ ...each })),
    missing: (gauges?.missing ?? []).map(missingView),
    rows: gauges?.rows ?? 0,
    ...(lesson === undefined ? {} : { learnsUntil: lesson.until }),
    ...(lesson?.rows === undefined ? {} : { learnsRows: lesson.rows }),
    ...(lesson !== undefined && accepts ? { accepts } : {}),
    ...(gauges?.lesson === undefined ? {} : { learnedRows: gauges.lesson.rows }),
    ...(gauges?.calmSince === undefined ? {} : { calmSince: gauges.calmSince }),
    alarms: alarms.map(alarmView),
  };
}

function stateOf(
  { lesson, proposal, profile }: RelationRecord,
  gauges: RelationGauges | undefined,
  { isStopped }: StreamState,
  problem: string | undefined,
) {
  if (isStopped) return 'unjudged' as const;
  if (lesson !== undefined) return 'learning' as const;
  if (gauges?.alarm !== undefined) return 'alarm' as const;
  if (proposal !== undefined) return 'learned' as const;
  if (profile === undefined) return 'declared' as const;
  if (problem !== undefined) return 'unjudged' as const;
  if (gauges === undefined || gauges.isCompared) return 'judging' as const;
  return gauges.missing.some(({ why }) => why === 'silent') ? ('silent' as const) : ('unjudged' as const);
}

function missingView({ sensor, why, since, unit }: MissingSensor) {
  return {
    ...{ sensor, why },
    ...(since === undefined ? {} : { since: Math.round(since) }),
    ...(unit === undefined ? {} : { unit: { says: unit.says, asked: unit.asked, by: unit.by } }),
  };
}

function alarmView({ began, ended, judgement }: RelationAlarm) {
  const { severity, since, tier, isTold, sensors, devices, broken } = judgement;
  const moment = (at: number): number => Math.round(1000 * at);
  const amount = (value: number | null): number | null => (Number.isFinite(value) ? value : null);
  return {
    ...{ began, severity, tier, isTold, since: moment(since) },
    ...(ended === undefined ? {} : { ended }),
    sensors: sensors.map(({ reasons, ...each }) => ({
      ...{ ...each, since: moment(each.since), said: amount(each.said), expected: amount(each.expected) },
      reasons: reasons.map((one) => ({ ...one })),
    })),
    devices: devices.map((each) => ({ ...each, sensors: [...each.sensors] })),
    broken: broken.map((each) => ({ ...each })),
  };
}

/** What each check that is declared or proposed is about. */
export function linksOf({ relation, related = [] }: RelationRecord) {
  const declared = relation.checks.map((each) => ({ ...each, check: crossCheckText(each) }));
  const proposed = related.map(({ check }) => ({ ...parseCrossCheck(check), check }));
  const isNew = ({ check }: { readonly check: string }) => !declared.some((each) => each.check === check);
  return [...declared, ...proposed.filter(isNew)].map(({ check, sensors }) => ({
    ...{ check, sensors: sensors.map(sensorName) },
  }));
}

export function courseView(course: RelationCourse | undefined) {
  const { sensors = [], checks = [], times = [], values = [], severities = [] } = course ?? {};
  const rows = (of: RelationCourse['values']) => of.map((row) => [...row]);
  return {
    ...{ sensors: [...sensors], checks: [...checks], times: [...times] },
    ...{ values: rows(values), severities: rows(severities) },
  };
}
