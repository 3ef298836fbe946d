import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import type { ExceptionRecord } from '../../store/exceptions.ts';
import { deviceId, groupName, reason, time, waiting } from '../schemas.ts';
import type { Api } from '../server.ts';
import { approvalView } from '../views.ts';

const exception = Type.Object({
  id: Type.String(),
  device: Type.Optional(Type.String()),
  group: Type.Optional(Type.String()),
  state: Type.Enum(['in-force', 'expired', 'ended']),
  grantedAt: time,
  until: time,
  requestedBy: Type.String(),
  approvedBy: Type.String(),
  reason: Type.String(),
  endedAt: Type.Optional(time),
  endedBy: Type.Optional(Type.String()),
  endReason: Type.Optional(Type.String()),
});

/** Broken glass: exceptions that two people agree on, and that end by themselves. */
export function exceptionRoutes(api: Api, { exceptions, approvals }: SiteServices): void {
  api.get(
    '/exceptions',
    {
      schema: {
        summary: 'Exceptions, the newest first',
        response: { 200: Type.Object({ exceptions: Type.Array(exception) }) },
      },
    },
    async () => ({ exceptions: (await exceptions.all()).map(view) }),
  );

  api.post(
    '/exceptions',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Asks for an exception for one device or one group; a second person has to agree',
        body: Type.Object({
          device: Type.Optional(deviceId),
          group: Type.Optional(groupName),
          seconds: Type.Integer({ minimum: 60, maximum: 86_400 }),
          reason,
        }),
        response: { 200: exception, 202: waiting },
      },
    },
    async ({ body: { reason, ...wanted }, operator }, reply) => {
      const asked = await approvals.ask('break-glass', wanted, operator, reason);
      if ('done' in asked) return view(asked.done);
      return reply.code(202).send({ approval: approvalView(asked.pending) });
    },
  );

  api.post(
    '/exceptions/:exception/end',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Ends an exception before its time; one person may',
        params: Type.Object({ exception: Type.String({ pattern: '^[0-9a-f]{16}$' }) }),
        body: Type.Object({ reason }),
        response: { 200: exception },
      },
    },
    async ({ params, body, operator }) => view(await exceptions.end(params.exception, operator, body.reason)),
  );
}

function view(exception: ExceptionRecord) {
  const { endedAt, endedBy } = exception;
  const state = endedAt === undefined ? 'in-force' : endedBy === 'site' ? 'expired' : 'ended';
  return { ...exception, state } as const;
}
