import { KitenError } from '@kiten/codec';
import { addressKey, createRateLimiter } from '@kiten/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Proven } from '../site/access/proven.ts';
import type { SignedInBy } from '../site/access/sessions.ts';
import type { Operator } from '../site/operators.ts';
import type { SiteServices } from '../site/services.ts';
import { problemOf } from './problem.ts';
import { setSession } from './session-cookie.ts';

/** Signing in, each way the same: proof, session, cookie; slowed down where proof fails. */
export type SignIn = (
  request: FastifyRequest,
  reply: FastifyReply,
  by: SignedInBy,
  prove: () => Promise<Proven>,
) => Promise<{ operator: string; role: Operator['role']; expiresAt: number }>;

const NOT_SIGNED_IN = 401;
/** Failures, from one address. */
const limit = { burst: 10, perMinute: 10 };

export function openSignIn({ sessions, journal, clock }: SiteServices): SignIn {
  const failures = createRateLimiter(limit, clock);
  return async (request, reply, by, prove) => {
    const key = addressKey(request.ip);
    tooOften(reply, failures.wait(key));
    try {
      const { operator, spend, providerSession } = await prove();
      const visitor = { browser: request.headers['user-agent'] ?? '', address: request.ip };
      const session = await sessions.open(operator, by, visitor, spend, providerSession);
      setSession(request, reply, session);
      return { operator: operator.name, role: operator.role, expiresAt: session.expiresAt };
    } catch (error) {
      // A full disk, say, is nobody's guess.
      if (error instanceof KitenError && problemOf(error).status === NOT_SIGNED_IN) {
        failures.take(key);
        const data = { by, code: error.code, address: request.ip };
        await journal.record({ type: 'operator/sign-in-refused', at: clock.now(), actor: 'site', data });
      }
      throw error;
    }
  };
}

/** @param wait seconds that whoever asks has to wait; 0 for none */
export function tooOften(reply: FastifyReply, wait: number): void {
  if (wait === 0) return;
  reply.header('retry-after', wait);
  const message = `Too many sign-ins were tried from here. Try again in ${wait} seconds.`;
  throw new KitenError('kiten/sign-in-too-often', message);
}
