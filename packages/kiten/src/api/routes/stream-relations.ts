import {
  crossCheckText,
  defaultAlarmsPerDay,
  faultKinds,
  parseCrossCheck,
  type RelationAlarm,
  type RelationGauges,
} from '@kiten/measurement';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import type { RelationRecord } from '../../store/stream-relations.ts';
import { reason, time } from '../schemas.ts';
import type { Api } from '../server.ts';
import { budgets, seconds, streamName } from './stream-schemas.ts';

const relationId = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,31}$' });
const check = Type.String({
  maxLength: 2048,
  description: 'equal A B, sum WHOLE PART PART, ratio A B, below A B …',
});
const every = Type.Number({ minimum: 1, maximum: 86_400, description: 'Seconds between two joint rows' });
const declared = {
  streams: Type.Array(streamName, { minItems: 2, maxItems: 16 }),
  checks: Type.Array(check, { maxItems: 64 }),
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
const shown = Type.Object({
  id: relationId,
  ...declared,
  every,
  alarmsPerDay: budgets.alarmsPerDay,
  ...{ setBy: Type.String(), setAt: time, reason: Type.String() },
  state: Type.Enum(['declared', 'learning', 'learned', 'judging', 'alarm']),
  rows: Type.Integer(),
  learnsUntil: Type.Optional(time),
  learnedRows: Type.Optional(Type.Integer()),
  proposal: Type.Optional(Type.String({ description: 'SHA-256 of a profile that waits to be accepted' })),
  profile: Type.Optional(Type.String()),
  related: Type.Optional(
    Type.Array(Type.Object({ check, explained: Type.Number() }), {
      description: 'Pairs that would make checks, and how much of each other they explain',
    }),
  ),
  problem: Type.Optional(Type.String()),
  calmSince: Type.Optional(time),
  alarms: Type.Array(alarm),
});

/** Streams against each other: what is declared, what is learned, who lies. */
export function streamRelationRoutes(api: Api, { streams }: SiteServices): void {
  const { relations } = streams;
  const view = async (record: RelationRecord) => {
    const { id } = record.relation;
    const gauges = (await streams.states('')).relations?.get(id);
    return relationView(record, gauges, await relations.alarmsOf(id));
  };

  api.get(
    '/stream-relations',
    {
      schema: {
        summary: 'Streams whose sensors are checked against each other, with their alarms',
        response: { 200: Type.Object({ relations: Type.Array(shown) }) },
      },
    },
    async () => ({ relations: await Promise.all(relations.all.map(view)) }),
  );

  api.put(
    '/stream-relations/:relation',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Has streams checked against each other, in place of what was declared by this name',
        params: Type.Object({ relation: relationId }),
        body: Type.Object(
          { ...declared, every, alarmsPerDay: Type.Optional(budgets.alarmsPerDay), reason },
          { additionalProperties: false },
        ),
        response: { 200: shown },
      },
    },
    async ({
      params,
      body: { reason: why, alarmsPerDay = defaultAlarmsPerDay, checks, ...rest },
      operator,
    }) => {
      const relation = { id: params.relation, ...rest, alarmsPerDay, checks: checks.map(parseCrossCheck) };
      return view(await relations.relate(relation, operator, why));
    },
  );

  api.delete(
    '/stream-relations/:relation',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Streams are checked against each other no more',
        params: Type.Object({ relation: relationId }),
        querystring: Type.Object({ reason }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params, query, operator }, reply) => {
      await relations.unrelate(params.relation, operator, query.reason);
      return reply.code(204).send(null);
    },
  );

  api.post(
    '/stream-relations/:relation/learn',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Learns how streams go together from what comes from now on',
        params: Type.Object({ relation: relationId }),
        body: Type.Object(
          {
            seconds: seconds('For so long'),
            rows: Type.Optional(Type.Integer({ minimum: 100, maximum: 8_388_608 })),
            accept: Type.Optional(Type.Boolean({ description: 'Judge by it at once' })),
            reason,
          },
          { additionalProperties: false },
        ),
        response: { 200: shown },
      },
    },
    async ({ params, body: { reason: why, accept: accepts = false, seconds: length, rows }, operator }) =>
      view(await relations.learn(params.relation, { seconds: length, rows, accepts }, operator, why)),
  );

  api.post(
    '/stream-relations/:relation/accept',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Judges by what was learned of how streams go together',
        params: Type.Object({ relation: relationId }),
        body: Type.Object({ reason }, { additionalProperties: false }),
        response: { 200: shown },
      },
    },
    async ({ params, body, operator }) =>
      view(await relations.accept(params.relation, operator, body.reason)),
  );
}

function relationView(
  record: RelationRecord,
  gauges: RelationGauges | undefined,
  alarms: readonly RelationAlarm[],
) {
  const { relation, accepts: _, lesson, related, ...known } = record;
  const { checks, streams, ...rest } = relation;
  return {
    ...{ ...rest, ...known, streams: [...streams], checks: checks.map(crossCheckText) },
    ...(related === undefined ? {} : { related: [...related] }),
    state: stateOf(record, gauges),
    rows: gauges?.rows ?? 0,
    ...(lesson === undefined ? {} : { learnsUntil: lesson.until }),
    ...(gauges?.lesson === undefined ? {} : { learnedRows: gauges.lesson.rows }),
    ...(gauges?.calmSince === undefined ? {} : { calmSince: gauges.calmSince }),
    alarms: alarms.map(alarmView),
  };
}

function stateOf({ lesson, proposal, profile }: RelationRecord, gauges: RelationGauges | undefined) {
  if (lesson !== undefined) return 'learning' as const;
  if (gauges?.alarm !== undefined) return 'alarm' as const;
  if (proposal !== undefined) return 'learned' as const;
  return profile === undefined ? ('declared' as const) : ('judging' as const);
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
