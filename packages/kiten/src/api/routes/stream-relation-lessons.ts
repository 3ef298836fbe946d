import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { reason } from '../schemas.ts';
import type { Api } from '../server.ts';
import { lessonRows, proposal, proposedView, shownProposed } from './proposal-schemas.ts';
import { relationId, relationNow, shownRelation } from './stream-relation-schemas.ts';
import { seconds } from './stream-schemas.ts';

const params = Type.Object({ relation: relationId });
const response = { 200: shownRelation };

/** Lessons of streams that are compared: what is learned, and what becomes of what was. */
export function streamRelationLessonRoutes(api: Api, { streams }: SiteServices): void {
  const { relations } = streams;

  api.post(
    '/stream-relations/:relation/learn',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Learns how streams go together from what comes from now on',
        params,
        body: Type.Object(
          {
            seconds: seconds('For so long'),
            rows: lessonRows,
            accept: Type.Optional(Type.Boolean({ description: 'Judge by it at once' })),
            reason,
          },
          { additionalProperties: false },
        ),
        response,
      },
    },
    async ({
      params: { relation },
      body: { reason: why, accept: accepts = false, seconds: length, rows },
      operator,
    }) => {
      const lesson = { seconds: length, rows, accepts };
      return relationNow(streams, await relations.learn(relation, lesson, operator, why));
    },
  );

  api.post(
    '/stream-relations/:relation/accept',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Judges by what was learned of how streams go together',
        params,
        body: Type.Object({ proposal, reason }, { additionalProperties: false }),
        response,
      },
    },
    async ({ params: { relation }, body: { proposal: seen, reason: why }, operator }) =>
      relationNow(streams, await relations.accept({ relation, proposal: seen }, operator, why)),
  );

  api.post(
    '/stream-relations/:relation/stop-lesson',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Ends the lesson of a relation before its time: nothing is learned from what was gathered',
        params,
        body: Type.Object({ reason }, { additionalProperties: false }),
        response,
      },
    },
    async ({ params: { relation }, body, operator }) =>
      relationNow(streams, await relations.stopLesson(relation, operator, body.reason)),
  );

  api.post(
    '/stream-relations/:relation/refuse',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Does not judge by what was learned of how streams go together and waits to be accepted',
        params,
        body: Type.Object({ proposal, reason }, { additionalProperties: false }),
        response,
      },
    },
    async ({ params: { relation }, body: { proposal: seen, reason: why }, operator }) =>
      relationNow(streams, await relations.refuse({ relation, proposal: seen }, operator, why)),
  );

  api.get(
    '/stream-relations/:relation/proposal',
    {
      schema: {
        summary: 'What was learned of a relation and waits to be accepted, beside what it is judged by',
        params,
        response: { 200: shownProposed },
      },
    },
    async ({ params: { relation } }) => proposedView(await relations.proposed(relation)),
  );
}
