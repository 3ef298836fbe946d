import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { sameOrigin, sessionCookie } from '../guard.ts';
import { role, time } from '../schemas.ts';
import type { Api } from '../server.ts';

const signedIn = Type.Object({ operator: Type.String(), role, expiresAt: Type.Optional(time) });

/** Signing in by a one-time link, and out. */
export function sessionRoutes(api: Api, { operators, journal, clock }: SiteServices): void {
  api.post(
    '/sign-in',
    {
      config: { open: true },
      schema: {
        summary: 'Exchanges a one-time link for a session cookie',
        body: Type.Object({ link: Type.String({ minLength: 1, maxLength: 128 }) }),
        response: { 200: signedIn },
      },
    },
    async (request, reply) => {
      sameOrigin(request);
      const { operator, secret, expiresAt } = await operators.openSession(request.body.link);
      const at = clock.now();
      await journal.record({
        type: 'operator/signed-in',
        at,
        actor: `operator:${operator.name}`,
        data: { by: 'link' },
      });
      reply.setCookie(sessionCookie, secret, {
        httpOnly: true,
        sameSite: 'strict',
        path: '/',
        expires: new Date(expiresAt),
      });
      return { operator: operator.name, role: operator.role, expiresAt };
    },
  );

  api.post(
    '/sign-out',
    { schema: { summary: 'Ends this session', response: { 204: Type.Null() } } },
    async (request, reply) => {
      const secret = request.cookies[sessionCookie];
      if (secret !== undefined) await operators.closeSession(secret);
      return reply.clearCookie(sessionCookie, { path: '/' }).code(204).send(null);
    },
  );

  api.get(
    '/me',
    { schema: { summary: 'Who is asking', response: { 200: signedIn } } },
    async ({ operator }) => ({ operator: operator.name, role: operator.role }),
  );

  api.post(
    '/sign-in-links',
    {
      schema: {
        summary: 'Makes a one-time sign-in link for oneself',
        response: { 201: Type.Object({ link: Type.String() }) },
      },
    },
    async ({ operator, headers }, reply) => {
      const link = await operators.createLink(operator.name);
      return reply.code(201).send({ link: `http://${headers.host}/#sign-in=${link}` });
    },
  );
}
