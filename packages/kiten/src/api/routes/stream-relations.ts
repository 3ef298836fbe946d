import { defaultAlarmsPerDay, parseCrossCheck } from '@kiten/measurement';
import Type from 'typebox';
import { mostShownAlarms } from '../../site/measurement/relations.ts';
import type { SiteServices } from '../../site/services.ts';
import type { RelationRecord } from '../../store/stream-relations.ts';
import { reason } from '../schemas.ts';
import type { Api } from '../server.ts';
import {
  courseView,
  declared,
  every,
  linksOf,
  relationId,
  relationNow,
  relationView,
  shownCourse,
  shownLinks,
  shownRelation,
} from './stream-relation-schemas.ts';
import { budgets } from './stream-schemas.ts';

/** Streams against each other: what is declared, how it stands, who lies. */
export function streamRelationRoutes(api: Api, { streams }: SiteServices): void {
  const { relations } = streams;

  api.get(
    '/stream-relations',
    {
      schema: {
        summary: 'Streams whose sensors are checked against each other, with their alarms',
        querystring: Type.Object({
          alarms: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: mostShownAlarms,
              description: 'Of each, the newest so many',
            }),
          ),
        }),
        response: { 200: Type.Object({ relations: Type.Array(shownRelation) }) },
      },
    },
    async ({ query: { alarms } }) => {
      const doing = await streams.compared('');
      const shown = async (record: RelationRecord) => {
        const { id } = record.relation;
        return relationView(record, doing, await relations.alarmsOf(id, alarms), relations.problemOf(id));
      };
      return { relations: await Promise.all(relations.all.map(shown)) };
    },
  );

  api.get(
    '/stream-relations/:relation',
    {
      schema: {
        summary: 'One of them, with the newest readings of its sensors side by side',
        params: Type.Object({ relation: relationId }),
        response: { 200: Type.Object({ relation: shownRelation, links: shownLinks, readings: shownCourse }) },
      },
    },
    async ({ params }) => {
      const record = relations.get(params.relation);
      const doing = await streams.compared(params.relation);
      const alarms = await relations.alarmsOf(params.relation);
      return {
        relation: relationView(record, doing, alarms, relations.problemOf(params.relation)),
        links: linksOf(record),
        readings: courseView(doing.course),
      };
    },
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
        response: { 200: shownRelation },
      },
    },
    async ({
      params,
      body: { reason: why, alarmsPerDay = defaultAlarmsPerDay, checks, ...rest },
      operator,
    }) => {
      const relation = { id: params.relation, ...rest, alarmsPerDay, checks: checks.map(parseCrossCheck) };
      return relationNow(streams, await relations.relate(relation, operator, why));
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
}
