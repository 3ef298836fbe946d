import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { denialsOf } from '../../store/traffic.ts';
import { device, deviceId, deviceParameter, deviceSummary, reason, time, waiting } from '../schemas.ts';
import type { Api } from '../server.ts';
import { approvalView, deviceSummaryView, deviceView } from '../views.ts';

const denial = Type.Object({
  at: time,
  action: Type.String(),
  topic: Type.String(),
  policies: Type.Array(Type.String(), {
    description: 'The policies that forbid it; none if no policy permits it',
  }),
  repeated: Type.Integer({ description: 'How many refusals this stands for' }),
  enforced: Type.Boolean({
    description: 'False: it passed, and would have been refused, but the group observes',
  }),
  stream: Type.Optional(
    Type.String({ description: 'Of a message with readings against which something speaks: their stream' }),
  ),
  finding: Type.Optional(Type.String({ description: 'The code of what speaks against them' })),
});

const page = Type.Object({
  after: Type.Optional(deviceId),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  group: Type.Optional(Type.String({ maxLength: 64 })),
});

/** The fleet, and what an operator may do to a device. */
export function deviceRoutes(api: Api, services: SiteServices): void {
  const { approvals, book, registry, standing, streams, trust, clock, database } = services;
  api.get(
    '/devices',
    {
      schema: {
        summary: 'The devices in the order of their ids',
        querystring: page,
        response: { 200: Type.Object({ devices: Type.Array(deviceSummary), total: Type.Integer() }) },
      },
    },
    async ({ query: { after = '', limit = 1000, group } }) => {
      const wanted = [...book.all()].filter((one) => group === undefined || one.groups.includes(group));
      const devices = wanted
        .filter(({ id }) => id > after)
        .sort((left, right) => (left.id < right.id ? -1 : 1))
        .slice(0, limit)
        .map((one) => deviceSummaryView(one, services));
      return { devices, total: wanted.length };
    },
  );

  api.get(
    '/devices/:id',
    {
      schema: { summary: 'One device with its findings', params: deviceParameter, response: { 200: device } },
    },
    async ({ params: { id } }) => deviceView(book.get(id), services, registry),
  );

  api.get(
    '/devices/:id/denials',
    {
      schema: {
        summary: 'What was refused to a device, or would have been, newest first',
        params: deviceParameter,
        querystring: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) }),
        response: { 200: Type.Object({ denials: Type.Array(denial) }) },
      },
    },
    async ({ params: { id }, query: { limit = 50 } }) => ({
      denials: (await denialsOf(database, book.get(id).id, limit)).map((one) => ({
        ...one,
        policies: [...one.policies],
      })),
    }),
  );

  for (const [verb, summary] of [
    ['quarantine', 'Cuts the device; it may attest and be updated, nothing else'],
    ['release', 'Gives the device its rights back'],
  ] as const) {
    api.post(
      `/devices/:id/${verb}`,
      {
        config: { action: 'operate' },
        schema: {
          summary,
          params: deviceParameter,
          body: Type.Object({ reason }),
          response: { 200: device },
        },
      },
      async ({ params: { id }, body, operator }) =>
        deviceView(await standing[verb](id, operator, body.reason), services, registry),
    );
  }

  api.post(
    '/devices/:id/revoke',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Refuses the device at every handshake from now on',
        params: deviceParameter,
        body: Type.Object({ reason }),
        response: { 200: device, 202: waiting },
      },
    },
    async ({ params: { id }, body, operator }, reply) => {
      const asked = await approvals.ask('device-revoke', { device: id }, operator, body.reason);
      if ('done' in asked) return deviceView(asked.done, services, registry);
      return reply.code(202).send({ approval: approvalView(asked.pending) });
    },
  );

  api.post(
    '/devices/:id/clear',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Takes a finding off the verdict, on record',
        params: deviceParameter,
        body: Type.Object({
          code: Type.String({ minLength: 3, maxLength: 128 }),
          part: Type.Optional(
            Type.String({
              maxLength: 160,
              description:
                'The part that it is on, as the device shows it; to be said where it is on several',
            }),
          ),
          reason,
        }),
        response: { 200: device },
      },
    },
    async ({ params: { id }, body, operator }) => {
      const clearance = { operator: `operator:${operator.name}`, reason: body.reason, at: clock.now() };
      const cleared = await trust.clearOne(id, body.code, body.part, clearance);
      streams.cleared(id, body.part);
      return deviceView(cleared, services, registry);
    },
  );
}
