import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import type { PayloadRuleRecord } from '../../store/payload-rules.ts';
import { deviceId, groupName, reason, time } from '../schemas.ts';
import type { Api } from '../server.ts';

const bound = Type.Integer({ minimum: 0, maximum: 268_435_455 });
const requirements = {
  filter: Type.String({
    minLength: 1,
    maxLength: 1024,
    description: 'An MQTT topic filter: d/+/temperature',
  }),
  devices: Type.Optional(Type.Array(deviceId, { minItems: 1, maxItems: 256 })),
  groups: Type.Optional(Type.Array(groupName, { minItems: 1, maxItems: 64 })),
  format: Type.Optional(Type.Enum(['text', 'json', 'cbor'])),
  schema: Type.Optional(
    Type.Unknown({ description: 'JSON Schema 2020-12, without references; of json and cbor' }),
  ),
  cddl: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 16_384,
      description: 'CDDL (RFC 8610, a bounded part of it); of cbor',
    }),
  ),
  maximumSize: Type.Optional(Type.Integer({ ...bound, description: 'Bytes' })),
  perMinute: Type.Optional(Type.Integer({ ...bound, description: 'Messages of one device within a minute' })),
};
const id = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,63}$', description: 'It stands in denials' });
const shown = Type.Object({ id, ...requirements, setBy: Type.String(), setAt: time, reason: Type.String() });

/** What the payloads that devices publish have to be. A message is held to every rule that binds it. */
export function payloadRuleRoutes(api: Api, { payloadRules }: SiteServices): void {
  api.get(
    '/payload-rules',
    {
      schema: {
        summary: 'The payload rules in force',
        response: { 200: Type.Object({ rules: Type.Array(shown) }) },
      },
    },
    async () => ({ rules: payloadRules.records.map(view) }),
  );

  api.put(
    '/payload-rules/:rule',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Puts a payload rule in force, at once',
        params: Type.Object({ rule: id }),
        body: Type.Object({ ...requirements, reason }, { additionalProperties: false }),
        response: { 200: shown },
      },
    },
    async ({ params, body: { reason: why, ...rule }, operator }) =>
      view(await payloadRules.set({ id: params.rule, ...rule }, operator, why)),
  );

  api.delete(
    '/payload-rules/:rule',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Takes a payload rule out of force, at once',
        params: Type.Object({ rule: id }),
        querystring: Type.Object({ reason }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params, query, operator }, reply) => {
      await payloadRules.remove(params.rule, operator, query.reason);
      return reply.code(204).send(null);
    },
  );
}

function view({ rule, setBy, setAt, reason: why }: PayloadRuleRecord) {
  const { devices, groups, ...rest } = rule;
  return {
    ...rest,
    ...(devices === undefined ? {} : { devices: [...devices] }),
    ...(groups === undefined ? {} : { groups: [...groups] }),
    setBy,
    setAt,
    reason: why,
  };
}
