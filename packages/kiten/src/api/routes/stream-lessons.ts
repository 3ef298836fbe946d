import type { ProfileSummary } from '@kiten/measurement';
import Type from 'typebox';
import type { SummedProfile } from '../../site/measurement/learning.ts';
import type { SiteServices } from '../../site/services.ts';
import { reason } from '../schemas.ts';
import type { Api } from '../server.ts';
import { budgets, seconds, shownStream, streamName, streamView } from './stream-schemas.ts';

const proposal = Type.Optional(
  Type.String({
    pattern: '^[0-9a-f]{64}$',
    description: 'SHA-256 of what was looked at: if something else waits by now, that is refused',
  }),
);
const summary = Type.Object(
  {
    digest: Type.String({ description: 'SHA-256 of the profile' }),
    rows: Type.Integer({ description: 'Rows that it was learned from' }),
    interval: Type.Optional(Type.Number({ description: 'Seconds between two rows' })),
    alarmsPerDay: budgets.alarmsPerDay,
    channels: Type.Array(
      Type.Object({
        channel: Type.String(),
        unit: Type.String({ description: 'Empty where nobody said' }),
        mean: Type.Number(),
        deviation: Type.Number({ description: 'The standard deviation' }),
        least: Type.Optional(Type.Number()),
        most: Type.Optional(Type.Number()),
      }),
    ),
  },
  { description: 'What a profile takes for normal' },
);

/** Lessons of streams: what is learned, and what becomes of what was. */
export function streamLessonRoutes(api: Api, { streams }: SiteServices): void {
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
        body: Type.Object({ stream: streamName, proposal, reason }, { additionalProperties: false }),
        response: { 200: shownStream },
      },
    },
    async ({ body: { stream, proposal: seen, reason: why }, operator }) =>
      streamView(
        await streams.accept({ stream, proposal: seen }, operator, why),
        await streams.states(stream),
      ),
  );

  api.post(
    '/streams/stop-lesson',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Ends the lesson of a stream before its time: nothing is learned from what was gathered',
        body: Type.Object({ stream: streamName, reason }, { additionalProperties: false }),
        response: { 200: shownStream },
      },
    },
    async ({ body: { stream, reason: why }, operator }) =>
      streamView(await streams.stopLesson(stream, operator, why), await streams.states(stream)),
  );

  api.post(
    '/streams/refuse',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Does not judge a stream by what was learned of it and waits to be accepted',
        body: Type.Object({ stream: streamName, proposal, reason }, { additionalProperties: false }),
        response: { 200: shownStream },
      },
    },
    async ({ body: { stream, proposal: seen, reason: why }, operator }) =>
      streamView(
        await streams.refuse({ stream, proposal: seen }, operator, why),
        await streams.states(stream),
      ),
  );

  api.get(
    '/streams/proposal',
    {
      schema: {
        summary: 'What was learned of a stream and waits to be accepted, beside what it is judged by',
        querystring: Type.Object({ stream: streamName }),
        response: { 200: Type.Object({ proposal: summary, profile: Type.Optional(summary) }) },
      },
    },
    async ({ query }) => {
      const { proposal, profile } = await streams.proposed(query.stream);
      return {
        proposal: summaryView(proposal),
        ...(profile === undefined ? {} : { profile: summaryView(profile) }),
      };
    },
  );
}

function summaryView({ interval, channels, ...rest }: SummedProfile) {
  return {
    ...rest,
    ...(interval === undefined ? {} : { interval }),
    channels: channels.map(channelView),
  };
}

function channelView({ least, most, ...rest }: ProfileSummary['channels'][number]) {
  return { ...rest, ...(least === undefined ? {} : { least }), ...(most === undefined ? {} : { most }) };
}
