import { bundleMediaType } from '@kiten/trust';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { deviceId, deviceParameter, finding, standing, tier, time, vector } from '../schemas.ts';
import type { Api } from '../server.ts';
import { findingView } from '../views.ts';

const verdict = Type.Object({
  device: deviceId,
  standing,
  status: tier,
  overdue: Type.Boolean(),
  vector,
  epoch: Type.Integer(),
  at: time,
  profile: Type.String(),
  lapsesAt: Type.Optional(time),
  findings: Type.Array(finding),
  ear: Type.String({ description: 'The same as an EAT Attestation Result: a JWT signed with ES256' }),
});

/** Verdicts, and the public key that their attestation results verify under. */
export function verdictRoutes(api: Api, { book, registry, verdicts, verifierKey }: SiteServices): void {
  api.get(
    '/verdicts/:id',
    {
      schema: {
        summary: 'What is known about a device',
        params: deviceParameter,
        response: { 200: verdict },
      },
    },
    async ({ params: { id } }) => {
      const { verdict, ear, standing } = book.get(id);
      return {
        device: id,
        standing,
        status: verdict.status,
        overdue: verdict.overdue,
        vector: { ...verdict.vector },
        epoch: verdict.epoch,
        at: verdict.at,
        profile: verdict.profile,
        ...(verdict.lapsesAt === undefined ? {} : { lapsesAt: verdict.lapsesAt }),
        findings: verdict.findings.map((one) => findingView(one, registry)),
        ear,
      };
    },
  );

  api.get(
    '/verdicts/:id/bundle',
    {
      schema: {
        summary:
          'The verdict with its proof, for whoever does not believe this site (docs/verdict-bundle.md)',
        params: deviceParameter,
        querystring: Type.Object({
          compact: Type.Optional(Type.Boolean({ description: 'Without the text of the rules' })),
        }),
        produces: [bundleMediaType],
      },
    },
    async ({ params: { id }, query: { compact = false } }, reply) =>
      reply.type(bundleMediaType).send(Buffer.from(await verdicts.exportBundle(id, { compact }))),
  );

  api.get(
    '/trust',
    {
      schema: {
        summary: 'What whoever checks a verdict of this site has to believe (docs/verdict-bundle.md)',
        produces: ['application/json'],
      },
    },
    async (_request, reply) => reply.type('application/json').send(verdicts.trustFile()),
  );

  api.get(
    '/verifier-key',
    {
      schema: {
        summary: 'The key that attestation results verify under, PEM',
        response: { 200: Type.Object({ pem: Type.String() }) },
      },
    },
    async () => ({ pem: verifierKey }),
  );
}
