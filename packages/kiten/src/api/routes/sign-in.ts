import { KitenError } from '@kiten/codec';
import { addressKey, createRateLimiter } from '@kiten/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import Type from 'typebox';
import type { SignedInBy } from '../../site/access/sessions.ts';
import type { Operator } from '../../site/operators.ts';
import type { SiteServices } from '../../site/services.ts';
import type { Tables } from '../../store/tables.ts';
import { originOf, sameOrigin } from '../guard.ts';
import { role, time } from '../schemas.ts';
import type { Api } from '../server.ts';
import { clearSession, sessionSecret, setSession } from '../session-cookie.ts';

const signedInBy = Type.Enum(['link', 'passkey', 'recovery-code', 'oidc', 'token']);
const me = Type.Object({ operator: Type.String(), role, by: signedInBy, expiresAt: Type.Optional(time) });
const opened = Type.Object({ operator: Type.String(), role, expiresAt: time });

/** Who somebody turned out to be, and what is spent with signing in. */
export interface Proven {
  readonly operator: Operator;
  readonly spend: (store: Kysely<Tables>) => Promise<unknown>;
}

/** Signing in, each way the same: proof, session, cookie; slowed down where proof fails. */
export type SignIn = (
  request: FastifyRequest,
  reply: FastifyReply,
  by: SignedInBy,
  prove: () => Promise<Proven>,
) => Promise<{ operator: string; role: Operator['role']; expiresAt: number }>;

/** Failures, from one address. */
const limit = { burst: 10, perMinute: 10 };

export function openSignIn({ sessions, journal, clock }: SiteServices): SignIn {
  const failures = createRateLimiter(limit, clock);
  return async (request, reply, by, prove) => {
    const key = addressKey(request.ip);
    const wait = failures.wait(key);
    if (wait > 0) {
      reply.header('retry-after', wait);
      const message = `Too many sign-ins failed from here. Try again in ${wait} seconds.`;
      throw new KitenError('kiten/sign-in-too-often', message);
    }
    try {
      const { operator, spend } = await prove();
      const visitor = { browser: request.headers['user-agent'] ?? '', address: request.ip };
      const session = await sessions.open(operator, by, visitor, spend);
      setSession(request, reply, session);
      return { operator: operator.name, role: operator.role, expiresAt: session.expiresAt };
    } catch (error) {
      if (error instanceof KitenError) {
        failures.take(key);
        const data = { by, code: error.code, address: request.ip };
        await journal.record({ type: 'operator/sign-in-refused', at: clock.now(), actor: 'site', data });
      }
      throw error;
    }
  };
}

/** Signing in by a one-time link, and out. */
export function signInRoutes(api: Api, services: SiteServices, signIn: SignIn): void {
  const { operators, sessions } = services;
  api.post(
    '/sign-in',
    {
      config: { open: true },
      schema: {
        summary: 'Exchanges a one-time link for a session cookie',
        body: Type.Object({ link: Type.String({ minLength: 1, maxLength: 128 }) }),
        response: { 200: opened },
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
