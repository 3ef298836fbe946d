import {
  defaultAlarmsPerDay,
  defaultSilenceSeconds,
  payloadForms,
  type StreamGauges,
} from '@kiten/measurement';
import Type from 'typebox';
import type { StreamState } from '../../site/measurement/stream-messages.ts';
import type { SiteServices } from '../../site/services.ts';
import type { DeclarationRecord, StreamRecord } from '../../store/streams.ts';
import { deviceId, reason, time } from '../schemas.ts';
import type { Api } from '../server.ts';

const seconds = (description: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 31_536_000, description });
const pointer = Type.String({ maxLength: 256 });
const declared = {
  filter: Type.String({ minLength: 1, maxLength: 1024, description: 'An MQTT topic filter: d/+/vibration' }),
  form: Type.Enum([...payloadForms], { description: 'How a message holds readings' }),
  fields: Type.Array(pointer, {
    minItems: 1,
    maxItems: 64,
    description: 'Channels: JSON pointers, names in SenML, or levels of the topic',
  }),
  binSeconds: Type.Optional(seconds('What comes within so many seconds is one row')),
  sequence: Type.Optional(pointer),
  time: Type.Optional(pointer),
  key: Type.Optional(
    Type.String({ maxLength: 8192, description: 'DER SubjectPublicKeyInfo in base64; of pack' }),
  ),
  recoverSeconds: Type.Optional(
    seconds('So long of normal readings takes an alarm back; else an operator does'),
  ),
};
const budgets = {
  alarmsPerDay: Type.Number({ exclusiveMinimum: 0, maximum: 86_400 }),
  silenceSeconds: seconds('Without readings for so long a stream is silent'),
};
const declarationId = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,31}$' });
const streamName = Type.String({
  minLength: 3,
  maxLength: 128,
  description: 'DEVICE/DECLARATION, and what else its topic says',
});
const shownDeclaration = Type.Object({
  id: declarationId,
  ...declared,
  ...budgets,
  setBy: Type.String(),
  setAt: time,
  reason: Type.String(),
});

const state = Type.Enum(['seen', 'learning', 'learned', 'judging', 'silent', 'alarm'], {
  description: 'What is being done with it; of one that is judged, how it is doing',
});
const alarm = Type.Object({
  began: time,
  ended: Type.Optional(time),
  severity: Type.Number({ description: '1 is where an alarm begins' }),
  sees: Type.String(),
  channels: Type.Array(Type.String()),
});
const shownStream = Type.Object({
  stream: streamName,
  device: deviceId,
  declaration: declarationId,
  topic: Type.String(),
  state,
  appearedAt: time,
  lastAt: Type.Optional(time),
  messages: Type.Integer(),
  rows: Type.Integer(),
  learnsUntil: Type.Optional(time),
  learnedRows: Type.Optional(Type.Integer()),
  proposal: Type.Optional(Type.String({ description: 'SHA-256 of a profile that waits to be accepted' })),
  profile: Type.Optional(Type.String({ description: 'SHA-256 of the profile that it is judged by' })),
  problem: Type.Optional(Type.String()),
  normalSince: Type.Optional(time),
  alarm: Type.Optional(alarm),
});
const shownRows = Type.Object({
  channels: Type.Array(Type.String()),
  times: Type.Array(Type.Number()),
  values: Type.Array(Type.Array(Type.Union([Type.Number(), Type.Null()]))),
  severities: Type.Array(Type.Number()),
});

/** Streams of readings: what declares them, what they are learned from, how they stand. */
export function streamRoutes(api: Api, { streams }: SiteServices): void {
  api.get(
    '/stream-declarations',
    {
      schema: {
        summary: 'What declares which messages are readings',
        response: { 200: Type.Object({ declarations: Type.Array(shownDeclaration) }) },
      },
    },
    async () => ({ declarations: streams.declarations.map(declarationView) }),
  );

  api.put(
    '/stream-declarations/:declaration',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Declares streams, in place of the declaration of this name',
        params: Type.Object({ declaration: declarationId }),
        body: Type.Object(
          {
            ...declared,
            alarmsPerDay: Type.Optional(budgets.alarmsPerDay),
            silenceSeconds: Type.Optional(budgets.silenceSeconds),
            reason,
          },
          { additionalProperties: false },
        ),
        response: { 200: shownDeclaration },
      },
    },
    async ({ params, body: { reason: why, ...rest }, operator }) => {
      const defaults = { alarmsPerDay: defaultAlarmsPerDay, silenceSeconds: defaultSilenceSeconds };
      const declaration = { id: params.declaration, ...defaults, ...rest };
      return declarationView(await streams.declare(declaration, operator, why));
    },
  );

  api.delete(
    '/stream-declarations/:declaration',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Takes a declaration back: its streams are judged no more',
        params: Type.Object({ declaration: declarationId }),
        querystring: Type.Object({ reason }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params, query, operator }, reply) => {
      await streams.undeclare(params.declaration, operator, query.reason);
      return reply.code(204).send(null);
    },
  );

  api.get(
    '/streams',
    {
      schema: {
        summary: 'The streams that have appeared, and how they are doing',
        querystring: Type.Object({ device: Type.Optional(deviceId) }),
        response: {
          200: Type.Object({
            streams: Type.Array(shownStream),
            messages: Type.Integer({ description: 'Messages that were judged' }),
            dropped: Type.Integer({ description: 'Messages that came too fast to be judged' }),
            refused: Type.Integer({ description: 'Streams for which there was no room' }),
          }),
        },
      },
    },
    async ({ query: { device } }) => {
      const doing = await streams.states();
      const shown = streams.streams.filter((record) => device === undefined || record.device === device);
      const { messages, dropped, refused } = doing.board;
      return { streams: shown.map((record) => streamView(record, doing)), messages, dropped, refused };
    },
  );

  api.get(
    '/streams/readings',
    {
      schema: {
        summary: 'A stream with its newest readings and its alarms',
        querystring: Type.Object({ stream: streamName }),
        response: {
          200: Type.Object({
            stream: shownStream,
            declaration: shownDeclaration,
            readings: shownRows,
            alarms: Type.Array(alarm),
          }),
        },
      },
    },
    async ({ query }) => {
      const { record, declaration, channels, state: doing, alarms } = await streams.view(query.stream);
      const { times = [], values = [], severities = [] } = doing.excerpt ?? {};
      return {
        stream: streamView(record, doing),
        declaration: declarationView(declaration),
        readings: {
          channels: [...channels],
          times: [...times],
          values: values.map((row) => [...row]),
          severities: [...severities],
        },
        alarms: alarms.map(alarmView),
      };
    },
  );

  api.post(
    '/streams/learn',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Learns what is normal of a stream from what comes from now on',
        body: Type.Object(
          {
            stream: streamName,
            seconds: seconds('For so long'),
            rows: Type.Optional(
              Type.Integer({ minimum: 100, maximum: 8_388_608, description: 'Or for so many rows' }),
            ),
            accept: Type.Optional(Type.Boolean({ description: 'Judge by it at once' })),
            reason,
          },
          { additionalProperties: false },
        ),
        response: { 200: shownStream },
      },
    },
    async ({ body: { stream, seconds: length, rows, accept: accepts = false, reason: why }, operator }) => {
      const record = await streams.learn(stream, { seconds: length, rows, accepts }, operator, why);
      return streamView(record, await streams.states(stream));
    },
  );

  api.post(
    '/streams/accept',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Judges a stream by what was learned of it',
        body: Type.Object({ stream: streamName, reason }, { additionalProperties: false }),
        response: { 200: shownStream },
      },
    },
    async ({ body: { stream, reason: why }, operator }) =>
      streamView(await streams.accept(stream, operator, why), await streams.states(stream)),
  );
}

function declarationView({ declaration, setBy, setAt, reason: why }: DeclarationRecord) {
  return { ...declaration, fields: [...declaration.fields], setBy, setAt, reason: why };
}

function streamView(record: StreamRecord, doing: StreamState) {
  const gauges = doing.streams.get(record.stream);
  const { accepts: _, lesson, ...rest } = record;
  return {
    ...rest,
    ...(lesson === undefined ? {} : { learnsUntil: lesson.until }),
    state: stateOf(record, gauges),
    messages: gauges?.messages ?? 0,
    rows: gauges?.rows ?? 0,
    ...(gauges?.lastAt === undefined ? {} : { lastAt: Math.round(gauges.lastAt) }),
    ...(gauges?.lesson === undefined ? {} : { learnedRows: gauges.lesson.rows }),
    ...(gauges?.normalSince === undefined ? {} : { normalSince: Math.round(gauges.normalSince) }),
    ...(gauges?.alarm === undefined ? {} : { alarm: alarmView(gauges.alarm) }),
  };
}

function stateOf(record: StreamRecord, gauges: StreamGauges | undefined) {
  if (record.lesson !== undefined) return 'learning' as const;
  if (record.proposal !== undefined) return 'learned' as const;
  if (record.profile === undefined) return 'seen' as const;
  if (gauges?.alarm !== undefined) return 'alarm' as const;
  return gauges?.isSilent === true ? ('silent' as const) : ('judging' as const);
}

function alarmView({ began, ended, severity, sees, channels }: NonNullable<StreamGauges['alarm']>) {
  return {
    began: Math.round(began),
    ...(ended === undefined ? {} : { ended: Math.round(ended) }),
    ...{ severity, sees, channels: [...channels] },
  };
}
