import { defaultSchema } from '@kiten/policy';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { reason, time, waiting } from '../schemas.ts';
import type { Api } from '../server.ts';
import { approvalView } from '../views.ts';

const revision = Type.Object({
  revision: Type.Integer(),
  text: Type.String(),
  author: Type.String(),
  reason: Type.String(),
  at: time,
});
const certificateMediaType = 'application/vnd.kiten.policy-certificate+cbor';
const text = Type.String({ minLength: 1, maxLength: 200_000, description: 'Cedar policies' });

const invariants = Type.Object({
  text: Type.String(),
  author: Type.String(),
  reason: Type.String(),
  at: time,
});

/** The policies in force. A set that does not fit the schema, or breaks an invariant, never takes effect. */
export function policyRoutes(api: Api, { policies, approvals }: SiteServices): void {
  api.get(
    '/policies',
    { schema: { summary: 'The policies in force', response: { 200: revision } } },
    async () => ({ ...policies.present }),
  );

  api.get(
    '/policies/schema',
    {
      schema: {
        summary: 'The Cedar schema they are written against',
        response: { 200: Type.Object({ text: Type.String() }) },
      },
    },
    async () => ({ text: defaultSchema }),
  );

  api.post(
    '/policies/check',
    {
      schema: {
        summary: 'Judges a set of policies without putting it in force',
        body: Type.Object({ text }),
        response: {
          200: Type.Object({
            valid: Type.Literal(true),
            proven: Type.Array(Type.String(), {
              description: 'The invariants that it keeps, proved for all requests, and the proof checked',
            }),
          }),
        },
      },
    },
    async ({ body }) => ({ valid: true as const, proven: [...(await policies.check(body.text)).proven] }),
  );

  api.get(
    '/policies/certificate',
    {
      schema: {
        summary:
          'The proof that the policies in force keep the invariants, for whoever checks it (docs/policy-certificate.md)',
        produces: [certificateMediaType],
      },
    },
    async (_request, reply) =>
      reply.type(certificateMediaType).send(Buffer.from(await policies.certificate())),
  );

  api.put(
    '/policies',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Puts a set of policies in force',
        body: Type.Object({ text, reason }),
        response: { 200: revision, 202: waiting },
      },
    },
    async ({ body: { text, reason }, operator }, reply) => {
      const asked = await approvals.ask('policy-change', { text }, operator, reason);
      if ('done' in asked) return { ...asked.done };
      return reply.code(202).send({ approval: approvalView(asked.pending) });
    },
  );

  api.get(
    '/policies/invariants',
    { schema: { summary: 'What the policies must keep', response: { 200: invariants } } },
    async () => ({ ...policies.invariants }),
  );

  api.put(
    '/policies/invariants',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Puts other invariants in force; the policies must keep them',
        body: Type.Object({ text, reason }),
        response: { 200: invariants, 202: waiting },
      },
    },
    async ({ body: { text, reason }, operator }, reply) => {
      const asked = await approvals.ask('invariant-change', { text }, operator, reason);
      if ('done' in asked) return { ...asked.done };
      return reply.code(202).send({ approval: approvalView(asked.pending) });
    },
  );
}
