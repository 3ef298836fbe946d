import type { Readable } from 'node:stream';
import { fromBase64, KitenError } from '@kiten/codec';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { reason } from '../schemas.ts';
import type { Api } from '../server.ts';

export const imageMediaType = 'application/octet-stream';
const path = Type.String({
  minLength: 66,
  maxLength: 1000,
  description: 'As below targets/: DIR/SHA256.NAME',
});
const largestMetadata = 96 << 20;
const largestTarget = 16 * 1024 ** 3;

/** The Image repository that devices are served from: what its holders have signed is brought here. */
export function updateImageRoutes(api: Api, { images }: SiteServices): void {
  api.get(
    '/update/images/target',
    {
      schema: {
        summary: 'Whether the file of a target is here',
        querystring: Type.Object({ path }),
        response: { 200: Type.Object({ here: Type.Boolean() }) },
      },
    },
    async ({ query }) => ({ here: images.hasTarget(query.path) }),
  );

  api.post(
    '/update/images/target',
    {
      config: { action: 'administer' },
      bodyLimit: largestTarget,
      schema: {
        summary: 'Bring the file of a target; no device asks for it before the metadata speaks for it',
        querystring: Type.Object({ path }),
        consumes: [imageMediaType],
        response: { 200: Type.Object({ bytes: Type.Integer() }) },
      },
    },
    async ({ query, body }) => {
      if (typeof (body as Partial<Readable> | undefined)?.pipe !== 'function')
        throw new KitenError('kiten/media-type', `Send the file as ${imageMediaType}.`);
      return { bytes: await images.putTarget(query.path, body as Readable) };
    },
  );

  api.post(
    '/update/images/metadata',
    {
      config: { action: 'administer' },
      bodyLimit: largestMetadata,
      schema: {
        summary: 'Bring the metadata of a repository: all of it is verified, and then served to devices',
        body: Type.Object({
          files: Type.Record(Type.String({ maxLength: 200 }), Type.String(), {
            description: 'By their names, base64',
          }),
          reason,
        }),
        response: {
          200: Type.Object({
            root: Type.Integer(),
            timestamp: Type.Integer(),
            snapshot: Type.Integer(),
            files: Type.Integer(),
            expires: Type.Integer(),
            releases: Type.Array(Type.String(), { description: 'New, or with something else said of them' }),
            withdrawn: Type.Array(Type.String()),
          }),
        },
      },
    },
    async ({ body, operator }) => {
      const files = new Map(Object.entries(body.files).map(([name, text]) => [name, fromBase64(text)]));
      const { repository, releases, withdrawn } = await images.publish(files, operator, body.reason);
      return { ...repository, releases: [...releases], withdrawn: [...withdrawn] };
    },
  );
}
