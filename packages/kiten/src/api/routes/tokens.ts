import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { deviceId, time } from '../schemas.ts';
import type { Api } from '../server.ts';

const listed = Type.Object({
  id: Type.String(),
  device: Type.Optional(deviceId),
  group: Type.String(),
  createdAt: time,
  createdBy: Type.String(),
  expiresAt: time,
  state: Type.Enum(['open', 'used', 'expired', 'revoked']),
});

/** One-time enrolment tokens. The token itself is shown once, when it is made. */
export function tokenRoutes(api: Api, { enrolment, clock }: SiteServices): void {
  api.post(
    '/tokens',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Makes a token that enrols one device, once',
        body: Type.Object(
          {
            device: Type.Optional(deviceId),
            group: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' })),
            ttlSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 30 * 86_400 })),
          },
          { additionalProperties: false },
        ),
        response: {
          201: Type.Object({
            token: Type.String(),
            id: Type.String(),
            device: Type.Optional(deviceId),
            group: Type.String(),
            expiresAt: time,
          }),
        },
      },
    },
    async ({ body, operator }, reply) => reply.code(201).send(await enrolment.createToken(body, operator)),
  );

  api.get(
    '/tokens',
    {
      schema: {
        summary: 'The tokens, newest first',
        response: { 200: Type.Object({ tokens: Type.Array(listed) }) },
      },
    },
    async () => ({ tokens: await enrolment.listTokens(clock.now()) }),
  );

  api.delete(
    '/tokens/:token',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Makes a token useless',
        params: Type.Object({ token: Type.String({ maxLength: 64 }) }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params, operator }, reply) => {
      await enrolment.revokeToken(params.token, operator);
      return reply.code(204).send(null);
    },
  );
}
