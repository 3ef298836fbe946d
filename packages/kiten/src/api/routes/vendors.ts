import { decodePem, KitenError } from '@kiten/codec';
import Type from 'typebox';
import type { Vendor } from '../../site/attestation/endorsement-desk.ts';
import type { SiteServices } from '../../site/services.ts';
import { reason, time } from '../schemas.ts';
import type { Api } from '../server.ts';

const fingerprint = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the certificate' });
const vendor = Type.Object({
  fingerprint,
  name: Type.String(),
  subject: Type.String(),
  notAfter: time,
  target: Type.String(),
  addedBy: Type.String(),
  addedAt: time,
});

/** Vendors whose TPMs are genuine here. */
export function vendorRoutes(api: Api, { endorsements }: SiteServices): void {
  api.get(
    '/tpm-vendors',
    {
      schema: {
        summary: 'Vendors whose endorsement of TPMs counts',
        response: { 200: Type.Object({ vendors: Type.Array(vendor) }) },
      },
    },
    async () => ({ vendors: endorsements.all().map(view) }),
  );

  api.post(
    '/tpm-vendors',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Trust a vendor’s root for the endorsement of TPMs',
        body: Type.Object({
          name: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
          root: Type.String({ maxLength: 32_768, description: 'Its root certificate, PEM' }),
          target: Type.Optional(Type.String({ minLength: 4, maxLength: 140 })),
        }),
        response: { 200: vendor },
      },
    },
    async ({ body: { name, root, target = 'site' }, operator }) => {
      const [found] = decodePem(root).filter(({ label }) => label === 'CERTIFICATE');
      if (found === undefined) {
        throw new KitenError('kiten/vendor-certificate', 'There is no “CERTIFICATE” in this PEM.');
      }
      return view(await endorsements.add(name, found.der, target, operator));
    },
  );

  api.delete(
    '/tpm-vendors/:fingerprint',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Trust a vendor’s root no more',
        params: Type.Object({ fingerprint }),
        querystring: Type.Object({ reason }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params, query, operator }, reply) => {
      await endorsements.remove(params.fingerprint, operator, query.reason);
      return reply.code(204).send(null);
    },
  );
}

function view({ fingerprint, name, kind, target, addedBy, addedAt, root }: Vendor) {
  const { subject, notAfter } = root.certificate;
  return {
    ...{ fingerprint, name, addedBy, addedAt, notAfter },
    target: kind === 'site' ? 'site' : `${kind}:${target}`,
    subject: subject.map(({ type, value }) => `${type}=${value}`).join(', '),
  };
}
