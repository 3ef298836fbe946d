import { KitenError } from '@kiten/codec';
import { addressKey, createRateLimiter } from '@kiten/identity';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { originOf } from '../guard.ts';
import type { Api } from '../server.ts';
import { type SignIn, tooOften } from '../sign-in.ts';

const SEE_OTHER = 303;
const MINUTES = 10;
/** Departures, from one address. */
const limit = { burst: 30, perMinute: 30 };
/** What a provider tells, from one address. */
const logoutLimit = { burst: 300, perMinute: 300 };
const LONGEST_FORM = 16_384;

/** Signing in by an identity provider: leaving for it, and coming back. Absent where there is none. */
export function oidcRoutes(api: Api, { oidc, sessions, clock, logger }: SiteServices, signIn: SignIn): void {
  if (oidc === undefined) return;
  const departures = createRateLimiter(limit, clock);
  const logouts = createRateLimiter(logoutLimit, clock);

  api.get(
    '/sign-in/oidc',
    { config: { open: true }, schema: { summary: 'Leads a browser to the identity provider' } },
    async (request, reply) => {
      tooOften(reply, departures.take(addressKey(request.ip)));
      const { url, state } = await oidc.leave(returnTo(request));
      // Lax: the browser comes back from elsewhere. Whoever did not leave from here has no such cookie.
      reply.setCookie(cookieOf(request), state, {
        httpOnly: true,
        sameSite: 'lax',
        secure: request.protocol === 'https',
        path: '/',
        maxAge: MINUTES * 60,
      });
      return reply.redirect(url, SEE_OTHER);
    },
  );

  api.register(async (provider) => {
    provider.removeAllContentTypeParsers();
    provider.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: LONGEST_FORM },
      async (_request: FastifyRequest, body: string) => Object.fromEntries(new URLSearchParams(body)),
    );
    provider.post(
      '/sign-in/oidc/logout',
      {
        config: { open: true },
        schema: {
          summary: 'Takes the identity provider’s word that somebody signed out there (back-channel logout)',
          consumes: ['application/x-www-form-urlencoded'],
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        tooOften(reply, logouts.take(addressKey(request.ip)));
        reply.header('cache-control', 'no-store');
        const { logout_token: token } = (request.body ?? {}) as { logout_token?: string };
        const whom = await oidc.logout(token ?? '');
        if (whom !== undefined) await sessions.endProvided(whom, oidc.issuer);
        return reply.code(204).send(null);
      },
    );
  });

  api.get(
    '/sign-in/oidc/callback',
    { config: { open: true }, schema: { hide: true } },
    async (request, reply) => {
      const state = request.cookies[cookieOf(request)];
      reply.clearCookie(cookieOf(request), { path: '/', secure: request.protocol === 'https' });
      try {
        const returned = new URL(request.url, originOf(request));
        await signIn(request, reply, 'oidc', () => oidc.arrive(returned, state));
        return reply.redirect('/', SEE_OTHER);
      } catch (error) {
        if (!(error instanceof KitenError)) throw error;
        // The reason alone: what comes with it may be a token.
        const { message: reason } = (error.cause ?? error) as Error;
        logger.warn({ code: error.code, reason }, 'a sign-in by the identity provider was refused');
        return reply.redirect(`/#sign-in-refused=${encodeURIComponent(error.code)}`, SEE_OTHER);
      }
    },
  );
}

const cookieOf = ({ protocol }: FastifyRequest): string =>
  protocol === 'https' ? '__Host-kiten_oidc' : 'kiten_oidc';

function returnTo(request: FastifyRequest): string {
  return `${originOf(request)}/api/v1/sign-in/oidc/callback`;
}
