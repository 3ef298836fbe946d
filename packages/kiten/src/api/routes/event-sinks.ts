import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { time } from '../schemas.ts';
import type { Api } from '../server.ts';

const sink = Type.Object({
  name: Type.String(),
  url: Type.String(),
  format: Type.Enum(['kiten', 'ocsf']),
  behind: Type.Integer({ description: 'Entries of the log that it has not been asked about yet' }),
  delivered: Type.Integer({ description: 'Since the start of the site' }),
  deliveredAt: Type.Optional(time),
  problem: Type.Optional(Type.Object({ code: Type.String(), message: Type.String(), retryAt: time })),
});

/** Those outside who are told what happens. */
export function eventSinkRoutes(api: Api, { events }: SiteServices): void {
  api.get(
    '/event-sinks',
    {
      schema: {
        summary: 'Receivers of events, and how they get on',
        response: { 200: Type.Object({ sinks: Type.Array(sink) }) },
      },
    },
    async () => ({ sinks: events.all().map((one) => ({ ...one, format: one.format as 'kiten' | 'ocsf' })) }),
  );

  api.post(
    '/event-sinks/:name/test',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Sends a receiver an event that is a test',
        params: Type.Object({ name: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }) }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params, operator }, reply) => {
      await events.test(params.name, operator);
      return reply.code(204).send(null);
    },
  );
}
