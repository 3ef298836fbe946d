import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { reason } from '../schemas.ts';
import type { Api } from '../server.ts';
import { lessonRows, proposal, proposedView, shownProposed } from './proposal-schemas.ts';
import { seconds, shownStream, streamName, streamView } from './stream-schemas.ts';

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
            rows: lessonRows,
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
        response: { 200: shownProposed },
      },
    },
    async ({ query }) => proposedView(await streams.proposed(query.stream)),
  );
}
