import Type, { type Static } from 'typebox';
import type { ApiTokenView } from '../../site/access/api-tokens.ts';
import { scopes } from '../../site/access/scopes.ts';
import type { SiteServices } from '../../site/services.ts';
import { operatorParameter, time } from '../schemas.ts';
import type { Api } from '../server.ts';

const tokenId = Type.String({ pattern: '^[0-9a-f]{16}$' });
const scope = Type.Enum([...scopes]);
const view = Type.Object({
  id: Type.String(),
  operator: Type.String(),
  name: Type.String(),
  scopes: Type.Array(scope),
  createdAt: time,
  expiresAt: Type.Optional(time),
  usedAt: Type.Optional(time),
  createdBy: Type.Optional(
    Type.String({ description: 'Who made it; absent of tokens from before that was kept' }),
  ),
});
const list = Type.Object({ tokens: Type.Array(view) });
const made = Type.Object({ ...view.properties, token: Type.String() });
const wanted = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, pattern: '\\S' }),
    scopes: Type.Array(scope, { minItems: 1, maxItems: scopes.length, uniqueItems: true }),
    ttlSeconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 10 * 366 * 86_400 })),
  },
  { additionalProperties: false },
);

/** Tokens by which programs speak for an operator: one’s own, and for administrators everybody’s. */
export function apiTokenRoutes(api: Api, { apiTokens, operators }: SiteServices): void {
  const administer = { action: 'administer' } as const;

  api.get(
    '/api-tokens',
    { schema: { summary: 'One’s own tokens for programs, newest first', response: { 200: list } } },
    async ({ operator }) => ({ tokens: (await apiTokens.list(operator.name)).map(viewOf) }),
  );

  api.post(
    '/api-tokens',
    {
      config: { fresh: true },
      schema: {
        summary: 'Makes a token that speaks for oneself; it is shown once',
        body: wanted,
        response: { 201: made },
      },
    },
    async ({ body, operator }, reply) =>
      reply.code(201).send(viewOf(await apiTokens.create(operator.name, requestOf(body), operator))),
  );

  api.delete(
    '/api-tokens/:token',
    {
      schema: {
        summary: 'Revokes one of one’s own tokens',
        params: Type.Object({ token: tokenId }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params, operator }, reply) => {
      await apiTokens.revoke(operator.name, params.token, operator);
      return reply.code(204).send(null);
    },
  );

  api.get(
    '/operators/:operator/api-tokens',
    {
      config: administer,
      schema: {
        summary: 'An operator’s tokens for programs',
        params: operatorParameter,
        response: { 200: list },
      },
    },
    async ({ params }) => {
      await operators.mustKnow(params.operator);
      return { tokens: (await apiTokens.list(params.operator)).map(viewOf) };
    },
  );

  api.post(
    '/operators/:operator/api-tokens',
    {
      config: { ...administer, fresh: true },
      schema: {
        summary: 'Makes a token that speaks for an operator; it is shown once',
        params: operatorParameter,
        body: wanted,
        response: { 201: made },
      },
    },
    async ({ params, body, operator }, reply) => {
      await operators.mustKnow(params.operator);
      const token = await apiTokens.create(params.operator, requestOf(body), operator);
      return reply.code(201).send(viewOf(token));
    },
  );

  api.delete(
    '/operators/:operator/api-tokens/:token',
    {
      config: administer,
      schema: {
        summary: 'Revokes a token of an operator',
        params: Type.Object({ ...operatorParameter.properties, token: tokenId }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params, operator }, reply) => {
      await apiTokens.revoke(params.operator, params.token, operator);
      return reply.code(204).send(null);
    },
  );
}

function viewOf<T extends ApiTokenView>(token: T) {
  return { ...token, scopes: [...token.scopes] };
}

function requestOf({ name, scopes, ttlSeconds }: Static<typeof wanted>) {
  return { name, scopes, ...(ttlSeconds === undefined ? {} : { lifetime: ttlSeconds * 1000 }) };
}
