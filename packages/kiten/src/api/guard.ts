import { KitenError } from '@kiten/codec';
import type { FastifyRequest } from 'fastify';
import type { Operator } from '../site/operators.ts';
import type { OperatorAction } from '../site/policies.ts';
import type { SiteServices } from '../site/services.ts';
import type { Api } from './server.ts';

declare module 'fastify' {
  interface FastifyRequest {
    operator: Operator;
  }
  interface FastifyContextConfig {
    /** Answers without a sign-in. Everything else needs one. */
    open?: boolean;
    /** What the operator must be allowed to do; `view` unless said otherwise. */
    action?: OperatorAction;
  }
}

export const sessionCookie = 'kiten_session';

const localHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;
const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Lets nobody through who is not signed in and allowed, and no page of another origin use a session. */
export function guard(api: Api, services: SiteServices): void {
  api.decorateRequest('operator', null as unknown as Operator);
  api.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    // A name that resolves to this machine by somebody else's doing must not reach the API.
    if (!localHost.test(request.headers.host ?? '')) {
      throw new KitenError('kiten/foreign-host', 'This port answers to localhost only.');
    }
    if (request.routeOptions.config.open === true || request.is404) return;
    request.operator = await signedIn(request, services);
  });
  api.addHook('preHandler', async (request) => {
    const { open, action = 'view' } = request.routeOptions.config;
    if (open === true || request.is404) return;
    const { id } = (request.params ?? {}) as { id?: string };
    if (!services.policies.permits(request.operator, action, services.site, id)) {
      throw new KitenError('kiten/forbidden', `Policy does not allow ${request.operator.name} to ${action}.`);
    }
  });
}

async function signedIn(request: FastifyRequest, services: SiteServices): Promise<Operator> {
  const bearer = /^Bearer (kto_[A-Za-z0-9_-]{43})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) {
    const operator = await services.operators.byToken(bearer);
    if (operator !== undefined) return operator;
  } else {
    const session = request.cookies[sessionCookie];
    const operator = session === undefined ? undefined : await services.operators.bySession(session);
    if (operator !== undefined) {
      sameOrigin(request);
      return operator;
    }
  }
  throw new KitenError(
    'kiten/not-signed-in',
    'Send an operator token as “Authorization: Bearer …”, or sign in with the link that `kiten sign-in` prints.',
  );
}

/** A session cookie travels with whatever page asks; only our own may change anything by it. */
export function sameOrigin(request: FastifyRequest): void {
  if (reading.has(request.method)) return;
  if (request.headers.origin === `http://${request.headers.host}`) return;
  throw new KitenError('kiten/foreign-origin', 'This request came from a page of another origin.');
}

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};
