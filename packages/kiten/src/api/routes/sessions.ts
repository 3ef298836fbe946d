import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { time } from '../schemas.ts';
import type { Api } from '../server.ts';

const session = Type.Object({
  id: Type.String(),
  by: Type.Enum(['link', 'passkey', 'recovery-code', 'oidc']),
  browser: Type.String(),
  address: Type.String(),
  createdAt: time,
  seenAt: time,
  expiresAt: time,
  current: Type.Boolean({ description: 'The one that asks' }),
});

/** The browsers in which one is signed in. */
export function sessionRoutes(api: Api, { sessions }: SiteServices): void {
  api.get(
    '/sessions',
    {
      schema: {
        summary: 'One’s own sessions, newest first',
        response: { 200: Type.Object({ sessions: Type.Array(session) }) },
      },
    },
    async ({ operator, credential }) => {
      const own = await sessions.list(operator.name);
      return { sessions: own.map((one) => ({ ...one, current: one.id === credential.id })) };
    },
  );

  api.delete(
    '/sessions/:session',
    {
      schema: {
        summary: 'Ends one of one’s own sessions',
        params: Type.Object({ session: Type.String({ pattern: '^[0-9a-f]{16}$' }) }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params, operator }, reply) => {
      await sessions.end(operator.name, params.session, operator);
      return reply.code(204).send(null);
    },
  );

  api.delete(
    '/sessions',
    {
      schema: {
        summary: 'Ends all of one’s own sessions but the one that asks',
        response: { 200: Type.Object({ ended: Type.Integer() }) },
      },
    },
    async ({ operator, credential }) => ({
      ended: await sessions.endAll(operator.name, operator, credential.id),
    }),
  );
}
