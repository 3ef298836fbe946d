import { decodePem, KitenError } from '@kiten/codec';
import { sha256Hex } from '@kiten/identity';
import Type from 'typebox';
import type { ReferenceChange } from '../../site/attestation/reference-desk.ts';
import type { SiteServices } from '../../site/services.ts';
import { deviceParameter, reason, time } from '../schemas.ts';
import type { Api } from '../server.ts';

/** draft-ietf-rats-corim, 4.1. */
export const corimMediaType = 'application/rim+cbor';
const maximumCorim = 32 << 20;

const digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });
const keyName = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' });
const target = Type.String({
  minLength: 4,
  maxLength: 140,
  description: 'site, group:NAME, model:NAME, lot:NAME or device:ID',
});
const dryRun = Type.Optional(Type.Boolean({ description: 'Change nothing; say who would fall' }));
const change = Type.Object({
  devices: Type.Integer({ description: 'How many devices it concerns' }),
  falls: Type.Array(Type.Object({ device: Type.String(), codes: Type.Array(Type.String()) }), {
    description: 'Whose last evidence does not hold against the new reference values; 1,000 at most',
  }),
  fallen: Type.Integer({ description: 'How many those are' }),
});
const reference = Type.Object({
  digest,
  name: Type.String(),
  signedBy: Type.Optional(Type.String()),
  issuer: Type.Optional(Type.String()),
  addedBy: Type.String(),
  addedAt: time,
  validFrom: Type.Optional(time),
  validUntil: Type.Optional(time),
  states: Type.Integer({ description: 'States of the registers that are approved' }),
  files: Type.Integer({ description: 'Digests of files that are approved' }),
  targets: Type.Array(Type.String()),
});

/** Reference values, whom they are addressed to, and whose signature on them counts. */
export function referenceRoutes(api: Api, { references }: SiteServices): void {
  api.get(
    '/references',
    {
      schema: {
        summary: 'Reference values that devices are held against',
        response: { 200: Type.Object({ references: Type.Array(reference) }) },
      },
    },
    async () => ({
      references: references.all().map(({ image, targets, ...kept }) => ({
        ...kept,
        ...(image.validFrom === undefined ? {} : { validFrom: image.validFrom }),
        ...(image.validUntil === undefined ? {} : { validUntil: image.validUntil }),
        states: image.states.length,
        files: image.files.size,
        targets: [...targets],
      })),
    }),
  );

  api.post(
    '/references',
    {
      config: { action: 'administer' },
      bodyLimit: maximumCorim,
      schema: {
        summary: 'Add reference values: the body is a CoRIM, signed or not (application/rim+cbor)',
        consumes: [corimMediaType],
        response: { 200: Type.Object({ digest, name: Type.String() }) },
      },
    },
    async ({ body, operator }) => {
      if (!(body instanceof Uint8Array))
        throw new KitenError('kiten/media-type', `Send the CoRIM as ${corimMediaType}.`);
      const { digest, name } = await references.add(body, operator);
      return { digest, name };
    },
  );

  api.get(
    '/references/:digest',
    {
      schema: {
        summary: 'A CoRIM as it came',
        params: Type.Object({ digest }),
        produces: [corimMediaType],
      },
    },
    async ({ params }, reply) => {
      const content = await references.content(params.digest);
      return reply
        .header('content-disposition', 'attachment')
        .type(corimMediaType)
        .send(Buffer.from(content));
    },
  );

  for (const [verb, summary] of [
    ['assign', 'Hold devices against reference values from now on'],
    ['unassign', 'Hold devices against reference values no more'],
  ] as const) {
    api.post(
      `/references/:digest/${verb}`,
      {
        config: { action: 'administer' },
        schema: {
          summary,
          params: Type.Object({ digest }),
          body: Type.Object({ target, reason, dryRun }),
          response: { 200: change },
        },
      },
      async ({ params, body, operator }) =>
        changeView(await references[verb](params.digest, body.target, operator, body.reason, body.dryRun)),
    );
  }

  api.delete(
    '/references/:digest',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Remove reference values, and from whomever they are assigned to',
        params: Type.Object({ digest }),
        querystring: Type.Object({ reason, dryRun }),
        response: { 200: change },
      },
    },
    async ({ params, query, operator }) =>
      changeView(await references.remove(params.digest, operator, query.reason, query.dryRun)),
  );

  api.put(
    '/devices/:id/make',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Say what model and lot a device is of: reference values are addressed to these',
        params: deviceParameter,
        body: Type.Object({
          model: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
          lot: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
          reason,
          dryRun,
        }),
        response: { 200: change },
      },
    },
    async ({ params: { id }, body: { model, lot, reason, dryRun }, operator }) => {
      const make = { ...(model === undefined ? {} : { model }), ...(lot === undefined ? {} : { lot }) };
      return changeView(await references.describe(id, make, operator, reason, dryRun));
    },
  );

  api.get(
    '/reference-keys',
    {
      schema: {
        summary: 'Whose signature on reference values counts',
        response: {
          200: Type.Object({
            keys: Type.Array(
              Type.Object({ name: keyName, key: Type.String(), addedBy: Type.String(), addedAt: time }),
            ),
          }),
        },
      },
    },
    async () => ({
      keys: references.keys().map(({ publicKey, ...rest }) => ({
        ...rest,
        key: `sha256:${sha256Hex(publicKey)}`,
      })),
    }),
  );

  api.post(
    '/reference-keys',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Let somebody’s signature on reference values count',
        body: Type.Object({
          name: keyName,
          key: Type.String({ maxLength: 16_384, description: 'The public key, PEM' }),
          reason,
        }),
        response: { 204: Type.Null() },
      },
    },
    async ({ body: { name, key, reason }, operator }, reply) => {
      const [found] = decodePem(key).filter(({ label }) => label === 'PUBLIC KEY');
      if (found === undefined) {
        throw new KitenError('kiten/key-missing', 'There is no “PUBLIC KEY” in this PEM.');
      }
      await references.addKey(name, found.der, operator, reason);
      return reply.code(204).send(null);
    },
  );

  api.delete(
    '/reference-keys/:name',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Let somebody’s signature on reference values count no more',
        params: Type.Object({ name: keyName }),
        querystring: Type.Object({ reason }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params: { name }, query, operator }, reply) => {
      await references.removeKey(name, operator, query.reason);
      return reply.code(204).send(null);
    },
  );
}

const shown = 1000;

function changeView({ devices, falls }: ReferenceChange) {
  return {
    devices: devices.length,
    fallen: falls.length,
    falls: falls.slice(0, shown).map(({ device, findings }) => ({
      device,
      codes: findings.map(({ code }) => code),
    })),
  };
}
