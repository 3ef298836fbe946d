import {
  declaredUnits,
  defaultAlarmsPerDay,
  defaultFollowRules,
  defaultSilenceSeconds,
} from '@kiten/measurement';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { deviceId, reason } from '../schemas.ts';
import type { Api } from '../server.ts';
import {
  alarm,
  alarmView,
  budgets,
  declarationId,
  declarationView,
  declared,
  follow,
  foundView,
  shownDeclaration,
  shownFound,
  shownJudging,
  shownRows,
  shownStream,
  streamName,
  streamView,
} from './stream-schemas.ts';

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
            follow: Type.Optional(follow),
            reason,
          },
          { additionalProperties: false },
        ),
        response: { 200: shownDeclaration },
      },
    },
    async ({ params, body: { reason: why, follow: rules, ...rest }, operator }) => {
      const defaults = { alarmsPerDay: defaultAlarmsPerDay, silenceSeconds: defaultSilenceSeconds };
      const declaration = {
        id: params.declaration,
        ...defaults,
        ...rest,
        ...(rules && { follow: { ...defaultFollowRules, ...rules } }),
      };
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
            dropped: Type.Integer({ description: 'Of late, messages that were not judged' }),
            refused: Type.Integer({ description: 'Streams for which there was no room' }),
            judging: shownJudging,
          }),
        },
      },
    },
    async ({ query: { device } }) => {
      const doing = await streams.states();
      const shown = streams.streams.filter((record) => device === undefined || record.device === device);
      const { messages, dropped, refused } = doing.board;
      const judging = { ...streams.health.state };
      return {
        streams: shown.map((record) => streamView(record, doing)),
        messages,
        dropped,
        refused,
        judging,
      };
    },
  );

  api.delete(
    '/streams',
    {
      config: { action: 'administer' },
      schema: {
        summary:
          'Forgets a stream, and what was learned of it; should it say something after all, it appears anew',
        querystring: Type.Object({ stream: streamName, reason }),
        response: { 204: Type.Null() },
      },
    },
    async ({ query, operator }, reply) => {
      await streams.forget(query.stream, operator, query.reason);
      return reply.code(204).send(null);
    },
  );

  api.get(
    '/streams/discovered',
    {
      schema: {
        summary: 'Readings that devices publish and that are not declared, with what would declare them',
        response: { 200: Type.Object({ found: Type.Array(shownFound) }) },
      },
    },
    async () => ({ found: (await streams.finds.all()).map(foundView) }),
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
          units: [...(doing.units ?? declaredUnits(declaration.declaration))],
          times: [...times],
          values: values.map((row) => [...row]),
          severities: [...severities],
        },
        alarms: alarms.map(alarmView),
      };
    },
  );
}
