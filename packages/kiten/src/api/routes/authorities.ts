import { decodePem, fromBase64, KitenError, toHex } from '@kiten/codec';
import { sha256 } from '@kiten/identity';
import { roles } from '@kiten/trust';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { deviceId, finding, reason } from '../schemas.ts';
import type { Api } from '../server.ts';
import { findingView } from '../views.ts';

const name = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' });
const role = Type.Enum([...roles]);
/** The verifier is this site itself, appointed by its root. */
const others = Type.Enum(['operator', 'manufacturer', 'chip-maker', 'laboratory']);

/** Others whose word counts here, and what they state. */
export function authorityRoutes(api: Api, services: SiteServices): void {
  const { authorities, evidence, appraise, trust, registry } = services;

  api.get(
    '/authorities',
    {
      schema: {
        summary: 'Whose word counts here besides the site’s own',
        response: {
          200: Type.Object({
            authorities: Type.Array(Type.Object({ name, role, key: Type.String() })),
          }),
        },
      },
    },
    async () => ({
      authorities: authorities
        .all()
        .map(({ name, role, publicKey }) => ({ name, role, key: `sha256:${toHex(sha256(publicKey))}` })),
    }),
  );

  api.post(
    '/authorities',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Let somebody’s word count from now on',
        body: Type.Object({
          name,
          role: others,
          key: Type.String({ maxLength: 16_384, description: 'The public key, PEM' }),
          reason,
        }),
      },
    },
    async ({ body: { name, role, key, reason }, operator }, reply) => {
      const [found] = decodePem(key).filter(({ label }) => label === 'PUBLIC KEY');
      if (found === undefined) {
        throw new KitenError('kiten/key-missing', 'There is no “PUBLIC KEY” in this PEM.');
      }
      await authorities.add({ name, role, publicKey: found.der }, operator, reason);
      return reply.code(204).send();
    },
  );

  api.delete(
    '/authorities/:name',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Let somebody’s word count no more',
        params: Type.Object({ name }),
        querystring: Type.Object({ role: others, reason }),
      },
    },
    async ({ params, query, operator }, reply) => {
      await authorities.remove(params.name, query.role, operator, query.reason);
      return reply.code(204).send();
    },
  );

  api.post(
    '/statements',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Admit a signed statement about a device: it is verified, logged and judged',
        body: Type.Object({
          statement: Type.String({ maxLength: 8192, description: 'COSE_Sign1, base64' }),
        }),
        response: {
          200: Type.Object({
            digest: Type.String(),
            issuer: name,
            role,
            device: deviceId,
            findings: Type.Array(finding),
          }),
        },
      },
    },
    async ({ body }) => {
      const admitted = await authorities.admit(fromBase64(body.statement));
      const sealed = evidence.seal(admitted.evidence);
      const findings = appraise(sealed);
      const device = sealed.subject.id;
      if (findings.length > 0) await trust.find(device, sealed, findings);
      return {
        digest: admitted.digest,
        issuer: admitted.authority.name,
        role: admitted.authority.role,
        device,
        findings: findings.map((one) => findingView(one, registry)),
      };
    },
  );
}
