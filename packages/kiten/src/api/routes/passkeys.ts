import { addressKey, createRateLimiter } from '@kiten/identity';
import Type from 'typebox';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '../../site/access/passkeys.ts';
import type { SiteServices } from '../../site/services.ts';
import { sameOrigin } from '../guard.ts';
import { placeOf } from '../place.ts';
import { openedSession, time } from '../schemas.ts';
import type { Api } from '../server.ts';
import { type SignIn, tooOften } from '../sign-in.ts';

const bytes = (maxLength: number) => Type.String({ pattern: '^[A-Za-z0-9_-]*$', maxLength });
const credentialId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,1364}$' });
const name = Type.String({ minLength: 1, maxLength: 64, pattern: '\\S' });
const passkey = Type.Object({
  id: Type.String(),
  name: Type.String(),
  host: Type.String({ description: 'The name under which it signs in' }),
  backedUp: Type.Boolean({ description: 'It is kept beyond the one device' }),
  createdAt: time,
  usedAt: Type.Optional(time),
});
const credential = {
  id: credentialId,
  rawId: credentialId,
  type: Type.Literal('public-key'),
  authenticatorAttachment: Type.Optional(Type.String({ maxLength: 32 })),
  clientExtensionResults: Type.Object({}),
};
const registration = Type.Object({
  ...credential,
  response: Type.Object({
    clientDataJSON: bytes(8192),
    attestationObject: bytes(65_536),
    transports: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 16 })),
  }),
});
const assertion = Type.Object({
  ...credential,
  response: Type.Object({
    clientDataJSON: bytes(8192),
    authenticatorData: bytes(8192),
    signature: bytes(8192),
    userHandle: Type.Optional(bytes(128)),
  }),
});
const options = Type.Unsafe<unknown>(Type.Object({}, { additionalProperties: true }));

/** Challenges, for one address. */
const limit = { burst: 30, perMinute: 30 };

/** Passkeys: signing in by one, and one's own. */
export function passkeyRoutes(api: Api, services: SiteServices, signIn: SignIn): void {
  const { passkeys, clock } = services;
  const challenges = createRateLimiter(limit, clock);

  api.post(
    '/sign-in/passkey/options',
    {
      config: { open: true },
      schema: { summary: 'What a browser needs to sign in by a passkey', response: { 200: options } },
    },
    async (request, reply) => {
      sameOrigin(request);
      tooOften(reply, challenges.take(addressKey(request.ip)));
      return passkeys.signInOptions(placeOf(request));
    },
  );

  api.post(
    '/sign-in/passkey',
    {
      config: { open: true },
      schema: {
        summary: 'Exchanges what a passkey signed for a session cookie',
        body: Type.Object({ response: assertion }),
        response: { 200: openedSession },
      },
    },
    async (request, reply) => {
      sameOrigin(request);
      const { response } = request.body;
      return signIn(request, reply, 'passkey', () =>
        passkeys.prove(placeOf(request), response as AuthenticationResponseJSON),
      );
    },
  );

  api.get(
    '/passkeys',
    {
      schema: {
        summary: 'One’s own passkeys, newest first',
        response: { 200: Type.Object({ passkeys: Type.Array(passkey) }) },
      },
    },
    async ({ operator }) => ({ passkeys: await passkeys.list(operator.name) }),
  );

  api.post(
    '/passkeys/options',
    {
      config: { fresh: true },
      schema: { summary: 'What a browser needs to make a passkey', response: { 200: options } },
    },
    async (request) => passkeys.registrationOptions(request.operator, placeOf(request)),
  );

  api.post(
    '/passkeys',
    {
      config: { fresh: true },
      schema: {
        summary: 'Keeps a passkey that the browser made',
        body: Type.Object({ name, response: registration }),
        response: { 201: passkey },
      },
    },
    async (request, reply) => {
      const { name, response } = request.body;
      const made = response as RegistrationResponseJSON;
      return reply.code(201).send(await passkeys.register(request.operator, placeOf(request), name, made));
    },
  );

  api.put(
    '/passkeys/:passkey',
    {
      schema: {
        summary: 'Gives one of one’s own passkeys another name',
        params: Type.Object({ passkey: credentialId }),
        body: Type.Object({ name }),
        response: { 200: passkey },
      },
    },
    async ({ params, body, operator }) => passkeys.rename(operator, params.passkey, body.name),
  );

  api.delete(
    '/passkeys/:passkey',
    {
      config: { fresh: true },
      schema: {
        summary: 'Removes one of one’s own passkeys',
        params: Type.Object({ passkey: credentialId }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params, operator }, reply) => {
      await passkeys.remove(operator, params.passkey);
      return reply.code(204).send(null);
    },
  );
}
