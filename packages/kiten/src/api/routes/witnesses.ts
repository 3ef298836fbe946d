import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { keptSuspicionsOf } from '../../store/witnesses.ts';
import { reason, time } from '../schemas.ts';
import type { Api } from '../server.ts';

const verifierKey = Type.String({ maxLength: 4096, description: 'A C2SP verifier key: name+id+key' });
const keyName = Type.String({ minLength: 1, maxLength: 255 });

const asked = Type.Object({
  name: keyName,
  url: Type.String(),
  key: verifierKey,
  size: Type.Integer({ description: 'Of the tree that it cosigned last' }),
  cosignedAt: Type.Optional(time),
  problem: Type.Optional(Type.String({ description: 'Why it does not cosign, as an error code' })),
});

const followed = Type.Object({
  origin: keyName,
  keys: Type.Array(verifierKey),
  size: Type.Integer(),
  cosignedAt: Type.Optional(time),
});

const suspicion = Type.Object({
  at: time,
  origin: keyName,
  kind: Type.Enum(['split-view', 'unproven']),
  cosigned: Type.String({ description: 'The signed note that this site cosigned' }),
  submitted: Type.String({ description: 'The signed note that does not go with it' }),
});

/** Witnesses of this site's log, and logs that this site is a witness for (C2SP tlog-witness). */
export function witnessRoutes(api: Api, { witnesses, witnessing, database }: SiteServices): void {
  api.get(
    '/log/witnesses',
    {
      schema: {
        summary: 'Who witnesses this log, and whose logs this site witnesses',
        response: {
          200: Type.Object({
            key: verifierKey,
            witnesses: Type.Array(asked),
            followed: Type.Array(followed),
            suspicions: Type.Array(suspicion),
          }),
        },
      },
    },
    async () => ({
      key: witnessing.key,
      witnesses: witnesses.all().map(({ ca: _, ...witness }) => witness),
      followed: (await witnessing.followed()).map(({ keys, ...log }) => ({ ...log, keys: [...keys] })),
      suspicions: await keptSuspicionsOf(database, 100),
    }),
  );

  api.post(
    '/log/witnesses',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Ask a witness from now on',
        body: Type.Object({
          key: verifierKey,
          url: Type.String({ maxLength: 1024, description: 'Its submission prefix' }),
          ca: Type.Optional(Type.String({ maxLength: 65_536, description: 'PEM of the CA of its server' })),
          reason,
        }),
        response: { 200: asked },
      },
    },
    async ({ body: { key, url, ca, reason }, operator }) => {
      const { ca: _, ...witness } = await witnesses.add({ key, url, ca }, operator, reason);
      return witness;
    },
  );

  api.delete(
    '/log/witnesses/:name',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Ask a witness no more',
        params: Type.Object({ name: keyName }),
        querystring: Type.Object({ reason }),
      },
    },
    async ({ params: { name }, query: { reason }, operator }, reply) => {
      await witnesses.remove(name, operator, reason);
      return reply.code(204).send();
    },
  );

  api.post(
    '/log/followed',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Be a witness for another log',
        body: Type.Object({ keys: Type.Array(verifierKey, { minItems: 1, maxItems: 8 }), reason }),
        response: { 200: Type.Object({ origin: keyName }) },
      },
    },
    async ({ body: { keys, reason }, operator }) => ({
      origin: await witnessing.follow(keys, operator, reason),
    }),
  );

  api.delete(
    '/log/followed',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Be a witness for another log no more',
        querystring: Type.Object({ origin: keyName, reason }),
      },
    },
    async ({ query: { origin, reason }, operator }, reply) => {
      await witnessing.unfollow(origin, operator, reason);
      return reply.code(204).send();
    },
  );
}
