import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { originOf, sameOrigin } from '../guard.ts';
import { passkeysHere } from '../place.ts';
import { openedSession, role, time } from '../schemas.ts';
import type { Api } from '../server.ts';
import { clearSession, sessionSecret } from '../session-cookie.ts';
import type { SignIn } from '../sign-in.ts';

const signedInBy = Type.Enum(['link', 'passkey', 'recovery-code', 'oidc', 'token']);
const me = Type.Object({ operator: Type.String(), role, by: signedInBy, expiresAt: Type.Optional(time) });

/** Signing in by a one-time link, and out. */
export function signInRoutes(api: Api, services: SiteServices, signIn: SignIn): void {
  const { operators, sessions, oidc } = services;
  api.get(
    '/sign-in/methods',
    {
      config: { open: true },
      schema: {
        summary: 'By what one can sign in here, besides a link and a recovery code',
        response: {
          200: Type.Object({
            passkey: Type.Boolean(),
            oidc: Type.Optional(Type.Object({ name: Type.String(), url: Type.String() })),
          }),
        },
      },
    },
    async (request) => ({
      passkey: await passkeysHere(request, services),
      ...(oidc === undefined ? {} : { oidc: { name: oidc.name, url: '/api/v1/sign-in/oidc' } }),
    }),
  );

  api.post(
    '/sign-in',
    {
      config: { open: true },
      schema: {
        summary: 'Exchanges a one-time link for a session cookie',
        body: Type.Object({ link: Type.String({ minLength: 1, maxLength: 128 }) }),
        response: { 200: openedSession },
      },
    },
    async (request, reply) => {
      sameOrigin(request);
      return signIn(request, reply, 'link', () => operators.redeem(request.body.link));
    },
  );

  api.post(
    '/sign-out',
    { schema: { summary: 'Ends this session', response: { 204: Type.Null() } } },
    async (request, reply) => {
      const secret = sessionSecret(request);
      if (secret !== undefined && request.credential.kind === 'session')
        await sessions.close(secret, request.operator);
      clearSession(request, reply);
      return reply.code(204).send(null);
    },
  );

  api.get(
    '/me',
    { schema: { summary: 'Who is asking', response: { 200: me } } },
    async ({ operator, credential }) => ({
      operator: operator.name,
      role: operator.role,
      ...(credential.kind === 'token'
        ? { by: 'token' as const }
        : { by: credential.by, expiresAt: credential.expiresAt }),
    }),
  );

  api.post(
    '/sign-in-links',
    {
      config: { fresh: true },
      schema: {
        summary: 'Makes a one-time sign-in link for oneself',
        response: { 201: Type.Object({ link: Type.String(), expiresAt: time }) },
      },
    },
    async (request, reply) => {
      const { operator } = request;
      const { link, expiresAt } = await operators.createLink(operator.name, operator);
      return reply.code(201).send({ link: `${originOf(request)}/#sign-in=${link}`, expiresAt });
    },
  );
}
