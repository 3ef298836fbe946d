import { encodePem, fromBase64, toBase64 } from '@kiten/codec';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { reason, time } from '../schemas.ts';
import type { Api } from '../server.ts';

const authority = Type.Object({
  kind: Type.Enum(['root', 'issuing']),
  state: Type.Enum(['current', 'previous']),
  id: Type.String(),
  fingerprint: Type.String(),
  notBefore: time,
  notAfter: time,
});
const view = Type.Object({ authorities: Type.Array(authority) });
const base64 = Type.String({ minLength: 4, maxLength: 16_384, pattern: '^[A-Za-z0-9+/]+={0,2}$' });

const link = { certificate: base64, rootList: base64, root: base64, newWithOld: base64, oldWithNew: base64 };

/** The site's certificate authorities, and the change to a new issuing one or a new root. */
export function caRoutes(api: Api, { certificateAuthorities, keys, site }: SiteServices): void {
  api.get(
    '/ca',
    {
      schema: {
        summary: 'The certificate authorities that devices are trusted under',
        response: { 200: view },
      },
    },
    async () => ({ authorities: [...certificateAuthorities.all()] }),
  );

  api.post(
    '/ca/rollover',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Makes the key of a new issuing CA, for the root to sign within an hour',
        response: {
          201: Type.Object({ site: Type.String(), publicKey: base64, root: Type.String() }),
        },
      },
    },
    async (_request, reply) =>
      reply.code(201).send({
        site,
        publicKey: toBase64(certificateAuthorities.begin()),
        root: encodePem('CERTIFICATE', keys.issuing.root),
      }),
  );

  api.put(
    '/ca/rollover',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Lets the new CA issue from now on; certificates of the one before hold until they end',
        body: Type.Object({ certificate: base64, rootList: base64, reason }),
        response: { 200: view },
      },
    },
    async ({ body, operator }) => {
      const signed = { certificate: fromBase64(body.certificate), rootList: fromBase64(body.rootList) };
      return { authorities: [...(await certificateAuthorities.finish(signed, operator, body.reason))] };
    },
  );

  api.put(
    '/ca/root',
    {
      config: { action: 'administer' },
      schema: {
        summary:
          'Lets a new root take over with the CA that it has signed; the root before is honoured until it is retired',
        body: Type.Object({ ...link, reason }),
        response: { 200: view },
      },
    },
    async ({ body: { reason, ...signed }, operator }) => {
      const { certificate, rootList, root, newWithOld, oldWithNew } = signed;
      const successor = {
        certificate: fromBase64(certificate),
        rootList: fromBase64(rootList),
        root: fromBase64(root),
        newWithOld: fromBase64(newWithOld),
        oldWithNew: fromBase64(oldWithNew),
      };
      return { authorities: [...(await certificateAuthorities.succeedRoot(successor, operator, reason))] };
    },
  );

  api.get(
    '/ca/previous-root/devices',
    {
      schema: {
        summary:
          'Who is cut when the root of before is retired: devices without a certificate under the present one',
        response: { 200: Type.Object({ devices: Type.Array(Type.String()) }) },
      },
    },
    async () => ({ devices: [...(await certificateAuthorities.cutByRetiring())] }),
  );

  api.delete(
    '/ca/previous-root',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Honours the root of before no more, nor what was issued under it',
        querystring: Type.Object({ reason }),
        response: { 200: view },
      },
    },
    async ({ query, operator }) => ({
      authorities: [...(await certificateAuthorities.retireRoot(operator, query.reason))],
    }),
  );
}
