import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { sameOrigin } from '../guard.ts';
import { openedSession, time } from '../schemas.ts';
import type { Api } from '../server.ts';
import type { SignIn } from '../sign-in.ts';

/** Codes on paper: signing in by one, and making one's own. */
export function recoveryCodeRoutes(api: Api, { recovery }: SiteServices, signIn: SignIn): void {
  api.post(
    '/sign-in/recovery-code',
    {
      config: { open: true },
      schema: {
        summary: 'Exchanges a recovery code for a session cookie',
        body: Type.Object({ code: Type.String({ minLength: 1, maxLength: 64 }) }),
        response: { 200: openedSession },
      },
    },
    async (request, reply) => {
      sameOrigin(request);
      return signIn(request, reply, 'recovery-code', () => recovery.prove(request.body.code));
    },
  );

  api.get(
    '/recovery-codes',
    {
      schema: {
        summary: 'How many of one’s own recovery codes are left',
        response: { 200: Type.Object({ left: Type.Integer(), createdAt: Type.Optional(time) }) },
      },
    },
    async ({ operator }) => recovery.left(operator.name),
  );

  api.post(
    '/recovery-codes',
    {
      config: { fresh: true },
      schema: {
        summary: 'Makes ten recovery codes for oneself, in the place of earlier ones; they are shown once',
        response: { 201: Type.Object({ codes: Type.Array(Type.String()) }) },
      },
    },
    async ({ operator }, reply) => reply.code(201).send({ codes: [...(await recovery.make(operator))] }),
  );
}
