import { KitenError } from '@kiten/codec';
import type { FastifyRequest } from 'fastify';
import { areaOf, type Scope, scopesFor } from '../site/access/scopes.ts';
import type { SignedInBy } from '../site/access/sessions.ts';
import type { Operator } from '../site/operators.ts';
import type { OperatorAction } from '../site/policies.ts';
import type { SiteServices } from '../site/services.ts';
import type { Api } from './server.ts';
import { sessionSecret } from './session-cookie.ts';

/** What somebody showed to be let in. */
export type Credential =
  | {
      readonly kind: 'session';
      readonly id: string;
      readonly by: SignedInBy;
      readonly createdAt: number;
      readonly expiresAt: number;
    }
  | { readonly kind: 'token'; readonly id: string; readonly scopes: readonly Scope[] };

declare module 'fastify' {
  interface FastifyRequest {
    operator: Operator;
    credential: Credential;
  }
  interface FastifyContextConfig {
    /** Answers without a sign-in. Everything else needs one. */
    open?: boolean;
    /** What the operator must be allowed to do; `view` unless said otherwise. */
    action?: OperatorAction;
    /** A browser must have signed in just now: what it changes lets somebody in. */
    fresh?: boolean;
  }
}

const localHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;
const FRESH = 5 * 60_000;
const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Lets nobody through who is not signed in and allowed, and no page of another origin use a session. */
export function guard(api: Api, services: SiteServices): void {
  api.decorateRequest('operator', null as unknown as Operator);
  api.decorateRequest<Credential, 'credential'>('credential', null as unknown as Credential);
  api.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000');
    mustNameUs(request, services.consoleNames);
    if (request.routeOptions.config.open === true || request.is404) return;
    const known = await signedIn(request, services, 'use');
    if (known === undefined) throw notSignedIn();
    request.operator = known.operator;
    request.credential = known.credential;
    if (known.credential.kind === 'session') sameOrigin(request);
  });
  api.addHook('preHandler', async (request) => {
    const { open, action = 'view', fresh = false } = request.routeOptions.config;
    if (open === true || request.is404) return;
    if (fresh) mustBeFresh(request.credential, services.clock.now());
    mustHaveScope(request, action);
    const { id } = (request.params ?? {}) as { id?: string };
    if (!services.policies.permits(request.operator, action, services.site, id)) {
      throw new KitenError('kiten/forbidden', `Policy does not allow ${request.operator.name} to ${action}.`);
    }
  });
}

/** A name that resolves to this machine by somebody else's doing must not reach the API. */
function mustNameUs({ protocol, headers }: FastifyRequest, names: readonly string[]): void {
  const host = (headers.host ?? '').toLowerCase();
  const ours =
    protocol === 'https'
      ? names.includes(host.replace(/:\d{1,5}$/, '').replace(/^\[|\]$/g, ''))
      : localHost.test(host);
  if (ours) return;
  const known = protocol === 'https' ? names.join(', ') : 'localhost';
  throw new KitenError('kiten/foreign-host', `This port answers to ${known} only.`);
}

/** Who is asking, by token or by session; to `look` does not count as using it. */
export async function signedIn(
  request: FastifyRequest,
  { sessions, apiTokens }: Pick<SiteServices, 'sessions' | 'apiTokens'>,
  use: 'use' | 'look',
): Promise<{ operator: Operator; credential: Credential } | undefined> {
  const { authorization } = request.headers;
  const bearer = /^Bearer (kto_[A-Za-z0-9_-]{43})$/i.exec(authorization ?? '')?.[1];
  if (bearer !== undefined) {
    const found = await apiTokens.byToken(bearer, use);
    if (found === undefined) return undefined;
    const { id, scopes } = found.token;
    return { operator: found.operator, credential: { kind: 'token', id, scopes } };
  }
  const secret = sessionSecret(request);
  const found = secret === undefined ? undefined : await sessions.bySecret(secret, use);
  if (found === undefined) return undefined;
  const { id, by, createdAt, expiresAt } = found.session;
  return { operator: found.operator, credential: { kind: 'session', id, by, createdAt, expiresAt } };
}

/** @throws KitenError `kiten/scope-missing` if a token was not made for this */
export function mustHaveScope({ credential, routeOptions }: FastifyRequest, action: OperatorAction): void {
  if (credential.kind === 'session') return;
  const needed = scopesFor(action, areaOf(routeOptions.url));
  if (needed.some((scope) => credential.scopes.includes(scope))) return;
  throw new KitenError(
    'kiten/scope-missing',
    `This token is made for: ${credential.scopes.join(', ')}. It takes one for: ${needed.join(' or ')}.`,
  );
}

/** A session that somebody left open, or stole, must not become a way in that lasts. A token can't be left open. */
function mustBeFresh(credential: Credential, now: number): void {
  if (credential.kind === 'token') return;
  const age = now - credential.createdAt;
  if (age >= 0 && age <= FRESH) return;
  throw new KitenError(
    'kiten/sign-in-stale',
    'This changes how somebody signs in, so it takes a sign-in of the last five minutes. Sign in again.',
  );
}

/** The origin that a browser sees the site under. */
export function originOf({ protocol, headers }: FastifyRequest): string {
  return `${protocol}://${headers.host}`;
}

/** A session cookie travels with whatever page asks; only our own may change anything by it. */
export function sameOrigin(request: FastifyRequest): void {
  if (reading.has(request.method)) return;
  if (request.headers.origin === originOf(request)) return;
  throw new KitenError('kiten/foreign-origin', 'This request came from a page of another origin.');
}

function notSignedIn(): KitenError {
  return new KitenError(
    'kiten/not-signed-in',
    'Send an operator token as “Authorization: Bearer …”, or sign in with the link that `kiten sign-in` prints.',
  );
}

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};
