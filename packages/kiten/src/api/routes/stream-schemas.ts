import {
  defaultFollowRules,
  type FoundStreams,
  faultKinds,
  packNeeds,
  payloadForms,
  type StreamGauges,
} from '@kiten/measurement';
import Type from 'typebox';
import type { StreamState } from '../../site/measurement/stream-messages.ts';
import type { DeclarationRecord, StreamRecord } from '../../store/streams.ts';
import { deviceId, time } from '../schemas.ts';

export const seconds = (description: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 31_536_000, description });
const pointer = Type.String({ maxLength: 256 });
export const declared = {
  filter: Type.String({ minLength: 1, maxLength: 1024, description: 'An MQTT topic filter: d/+/vibration' }),
  form: Type.Enum([...payloadForms], { description: 'How a message holds readings' }),
  fields: Type.Array(pointer, {
    minItems: 1,
    maxItems: 64,
    description: 'Channels: JSON pointers, names in SenML, or levels of the topic',
  }),
  units: Type.Optional(
    Type.Record(Type.String({ maxLength: 512 }), Type.String({ minLength: 1, maxLength: 16 }), {
      description:
        'What channels are measured in, by their names (a pointer without its first slash): { "level": "m" }',
    }),
  ),
  binSeconds: Type.Optional(seconds('What comes within so many seconds is one row')),
  sequence: Type.Optional(pointer),
  time: Type.Optional(pointer),
  key: Type.Optional(
    Type.String({ maxLength: 8192, description: 'DER SubjectPublicKeyInfo in base64; of pack' }),
  ),
  keys: Type.Optional(
    Type.Record(deviceId, Type.String({ maxLength: 8192 }), {
      description: 'The same of each device by itself; others sign with the key of their certificate',
    }),
  ),
  recoverSeconds: Type.Optional(
    seconds('So long of normal readings takes an alarm back; else an operator does'),
  ),
  learnSeconds: Type.Optional(seconds('A stream that appears is learned at once, for so long')),
};
export const budgets = {
  alarmsPerDay: Type.Number({ exclusiveMinimum: 0, maximum: 86_400 }),
  silenceSeconds: seconds('Without readings for so long a stream is silent'),
};
const { perDay, most } = defaultFollowRules;
const deviations = (description: string) => Type.Number({ exclusiveMinimum: 0, maximum: 1000, description });
const followRules = {
  perDay: deviations(
    `Standard deviations that the normal of a channel may move by in a day; ${perDay} unless given`,
  ),
  most: deviations(`Standard deviations from what was accepted at which it alarms; ${most} unless given`),
};
export const follow = Type.Object(
  { perDay: Type.Optional(followRules.perDay), most: Type.Optional(followRules.most) },
  { additionalProperties: false, description: 'What is normal is followed where it wanders slowly' },
);
export const declarationId = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,31}$' });
export const streamName = Type.String({
  minLength: 3,
  maxLength: 128,
  description: 'DEVICE/DECLARATION, and what else its topic says',
});
export const shownDeclaration = Type.Object({
  id: declarationId,
  ...declared,
  ...budgets,
  follow: Type.Optional(Type.Object(followRules)),
  setBy: Type.String(),
  setAt: time,
  reason: Type.String(),
});

const state = Type.Enum(['seen', 'learning', 'learned', 'judging', 'silent', 'alarm', 'unjudged'], {
  description: 'What is being done with it; of one that is judged, how it is doing',
});
export const alarm = Type.Object({
  began: time,
  ended: Type.Optional(time),
  severity: Type.Number({ description: '1 is where an alarm begins' }),
  sees: Type.String({ description: 'The detector that saw most of it' }),
  channels: Type.Array(Type.String()),
  diagnosis: Type.Optional(
    Type.Object(
      {
        since: time,
        kind: Type.Enum([...faultKinds]),
        confidence: Type.Number({ description: 'That it is this kind: from 0 to 1' }),
        carriers: Type.Array(Type.Object({ channel: Type.String(), share: Type.Number() })),
      },
      { description: 'What it probably is, and since when there is no trust' },
    ),
  ),
});
export const shownStream = Type.Object({
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
  learnsRows: Type.Optional(Type.Integer({ description: 'Or until there are so many rows' })),
  learnedRows: Type.Optional(Type.Integer()),
  accepts: Type.Optional(
    Type.Literal(true, { description: 'It will be judged by what is being learned at once' }),
  ),
  proposal: Type.Optional(Type.String({ description: 'SHA-256 of a profile that waits to be accepted' })),
  profile: Type.Optional(Type.String({ description: 'SHA-256 of the profile that it is judged by' })),
  problem: Type.Optional(Type.String()),
  normalSince: Type.Optional(time),
  alarm: Type.Optional(alarm),
  drift: Type.Optional(
    Type.Array(
      Type.Object({
        channel: Type.String(),
        deviations: Type.Number({ description: 'In standard deviations of the channel' }),
        amount: Type.Number({ description: 'As it is read' }),
        unit: Type.Optional(Type.String()),
      }),
      { description: 'How far its normal has wandered from what was accepted, the farthest channel first' },
    ),
  ),
});
const count = Type.Integer({ minimum: 0 });
export const shownFound = Type.Object({
  name: declarationId,
  filter: Type.String(),
  form: declared.form,
  fields: declared.fields,
  units: declared.units,
  binSeconds: Type.Optional(Type.Number()),
  sequence: Type.Optional(Type.String()),
  time: Type.Optional(Type.String()),
  devices: count,
  unlike: Type.Integer({ minimum: 0, description: 'Devices that publish something else to these topics' }),
  topic: Type.String({ description: 'One of the topics' }),
  messages: Type.Integer({
    minimum: 0,
    description: 'Messages that were looked at, some of those that came',
  }),
  rows: count,
  everySeconds: Type.Optional(Type.Number({ description: 'Between two messages of a topic' })),
  firstAt: time,
  lastAt: time,
  pack: Type.Optional(
    Type.Object(
      {
        stream: Type.Optional(Type.String({ description: 'What packs of one device call their stream' })),
        needs: Type.Array(
          Type.Enum([...packNeeds], {
            description:
              'What stands in the way: the key that they are signed with is not certified; their stream cannot be called so',
          }),
        ),
      },
      { description: 'Of signed packs' },
    ),
  ),
});
export const shownJudging = Type.Object({
  stoppedAt: Type.Optional(time),
  problem: Type.Optional(Type.String({ description: 'Why the thread that judges ended' })),
  missed: Type.Integer({ description: 'Messages that were not judged since the site started' }),
  missedAt: Type.Optional(time),
});
export const shownRows = Type.Object({
  channels: Type.Array(Type.String()),
  units: Type.Array(Type.String(), {
    description:
      'What each channel is measured in: as declared, learned or said by messages; empty where nobody says',
  }),
  times: Type.Array(Type.Number()),
  values: Type.Array(Type.Array(Type.Union([Type.Number(), Type.Null()]))),
  severities: Type.Array(Type.Number()),
});

export function declarationView({ declaration, setBy, setAt, reason: why }: DeclarationRecord) {
  return { ...declaration, fields: [...declaration.fields], setBy, setAt, reason: why };
}

export function foundView({ fields, pack, ...rest }: FoundStreams) {
  return {
    ...{ ...rest, fields: [...fields] },
    ...(pack === undefined ? {} : { pack: { ...pack, needs: [...pack.needs] } }),
  };
}

export function streamView(record: StreamRecord, doing: StreamState) {
  const gauges = doing.streams.get(record.stream);
  const { accepts, lesson, ...rest } = record;
  return {
    ...rest,
    ...(lesson === undefined ? {} : { learnsUntil: lesson.until }),
    ...(gauges?.problem === undefined ? {} : { problem: gauges.problem }),
    ...(lesson?.rows === undefined ? {} : { learnsRows: lesson.rows }),
    ...(lesson !== undefined && accepts ? { accepts } : {}),
    state: stateOf(record, gauges, doing),
    messages: gauges?.messages ?? 0,
    rows: gauges?.rows ?? 0,
    ...(gauges?.lastAt === undefined ? {} : { lastAt: Math.round(gauges.lastAt) }),
    ...(gauges?.lesson === undefined ? {} : { learnedRows: gauges.lesson.rows }),
    ...(gauges?.normalSince === undefined ? {} : { normalSince: Math.round(gauges.normalSince) }),
    ...(gauges?.alarm === undefined ? {} : { alarm: alarmView(gauges.alarm) }),
    ...(gauges?.drift === undefined ? {} : { drift: gauges.drift.map((each) => ({ ...each })) }),
  };
}

function stateOf(record: StreamRecord, gauges: StreamGauges | undefined, doing: StreamState) {
  // Its readings come, and nobody is there who would judge or gather them.
  if (doing.isStopped) return 'unjudged' as const;
  if (record.lesson !== undefined) return 'learning' as const;
  if (record.proposal !== undefined) return 'learned' as const;
  if (record.profile === undefined) return 'seen' as const;
  if (gauges?.problem !== undefined) return 'unjudged' as const;
  if (gauges?.alarm !== undefined) return 'alarm' as const;
  return gauges?.isSilent === true ? ('silent' as const) : ('judging' as const);
}

export function alarmView({
  began,
  ended,
  severity,
  sees,
  channels,
  diagnosis,
}: NonNullable<StreamGauges['alarm']>) {
  return {
    began: Math.round(began),
    ...(ended === undefined ? {} : { ended: Math.round(ended) }),
    ...{ severity, sees, channels: [...channels] },
    ...(diagnosis === undefined
      ? {}
      : { diagnosis: { ...diagnosis, carriers: diagnosis.carriers.map((each) => ({ ...each })) } }),
  };
}
