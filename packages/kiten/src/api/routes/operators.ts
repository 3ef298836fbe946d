import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { managedOperators } from '../../store/identities.ts';
import { originOf } from '../guard.ts';
import { operatorName, operatorParameter, reason, role, time } from '../schemas.ts';
import type { Api } from '../server.ts';

const known = Type.Object({ name: Type.String(), role });
const listed = Type.Object({
  ...known.properties,
  createdAt: time,
  seenAt: Type.Optional(time),
  sessions: Type.Integer(),
  tokens: Type.Integer(),
  managedBy: Type.Optional(Type.String({ description: 'The identity provider that gives the role' })),
});
const link = Type.Object({ link: Type.String(), expiresAt: time });

/** Who may do what here. */
export function operatorRoutes(api: Api, services: SiteServices): void {
  const { operators, sessions, apiTokens, database } = services;
  /** For somebody who may sit elsewhere: under the name that reaches the console from there. */
  const addressOf = (link: string, request: FastifyRequest) =>
    `${services.addresses.publicConsole ?? `${originOf(request)}/`}#sign-in=${link}`;

  const administer = { action: 'administer' } as const;

  api.get(
    '/operators',
    {
      schema: {
        summary: 'The operators, oldest first',
        response: { 200: Type.Object({ operators: Type.Array(listed) }) },
      },
    },
    async () => {
      const open = Map.groupBy(await sessions.list(), ({ operator }) => operator);
      const tokens = Map.groupBy(await apiTokens.list(), ({ operator }) => operator);
      const managers = await managedOperators(database);
      const views = (await operators.all()).map((one) => {
        const [own = [], programs = []] = [open.get(one.name), tokens.get(one.name)];
        const seenAt = Math.max(
          ...own.map(({ seenAt }) => seenAt),
          ...programs.map(({ usedAt }) => usedAt ?? 0),
        );
        const counts = { sessions: own.length, tokens: programs.length };
        const managedBy = managers.get(one.name);
        return {
          ...one,
          ...(seenAt > 0 ? { seenAt } : {}),
          ...(managedBy === undefined ? {} : { managedBy }),
          ...counts,
        };
      });
      return { operators: views };
    },
  );

  api.post(
    '/operators',
    {
      config: { ...administer, fresh: true },
      schema: {
        summary: 'Adds an operator; the answer has the link by which they come in for the first time',
        body: Type.Object({ name: operatorName, role, reason }, { additionalProperties: false }),
        response: { 201: Type.Object({ ...known.properties, ...link.properties }) },
      },
    },
    async (request, reply) => {
      const { name, role, reason } = request.body;
      await operators.add(name, role, request.operator, reason);
      const { link, expiresAt } = await operators.createLink(name, request.operator);
      return reply.code(201).send({ name, role, link: addressOf(link, request), expiresAt });
    },
  );

  api.put(
    '/operators/:operator/role',
    {
      config: administer,
      schema: {
        summary: 'Gives an operator another role, from the next request on',
        params: operatorParameter,
        body: Type.Object({ role, reason }, { additionalProperties: false }),
        response: { 200: known },
      },
    },
    async ({ params, body, operator }) => {
      await operators.changeRole(params.operator, body.role, operator, body.reason);
      return { name: params.operator, role: body.role };
    },
  );

  api.delete(
    '/operators/:operator',
    {
      config: administer,
      schema: {
        summary: 'Removes an operator with every session and token',
        params: operatorParameter,
        querystring: Type.Object({ reason }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params, query, operator }, reply) => {
      await operators.remove(params.operator, operator, query.reason);
      return reply.code(204).send(null);
    },
  );

  api.post(
    '/operators/:operator/sign-in-links',
    {
      config: { ...administer, fresh: true },
      schema: {
        summary: 'Makes a one-time sign-in link for an operator',
        params: operatorParameter,
        response: { 201: link },
      },
    },
    async (request, reply) => {
      const made = await operators.createLink(request.params.operator, request.operator);
      return reply.code(201).send({ ...made, link: addressOf(made.link, request) });
    },
  );

  api.delete(
    '/operators/:operator/sessions',
    {
      config: administer,
      schema: {
        summary: 'Signs an operator out everywhere',
        params: operatorParameter,
        response: { 200: Type.Object({ ended: Type.Integer() }) },
      },
    },
    async ({ params, operator }) => ({ ended: await sessions.endAll(params.operator, operator) }),
  );
}
