import { claimNames } from '@kiten/trust';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { claim } from '../schemas.ts';
import type { Api } from '../server.ts';

const name = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' });
const claims = Type.Array(claim, { maxItems: claimNames.length });
const group = Type.Object({ name, required: claims });

/** Groups of devices and the claims that each requires. */
export function groupRoutes(api: Api, { book, groups }: SiteServices): void {
  api.get(
    '/groups',
    { schema: { summary: 'All groups', response: { 200: Type.Object({ groups: Type.Array(group) }) } } },
    async () => ({
      groups: book.profiles().map((profile) => ({ name: profile.name, required: [...profile.required] })),
    }),
  );

  api.put(
    '/groups/:name',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Sets which claims a group requires; verdicts are composed anew',
        params: Type.Object({ name }),
        body: Type.Object({ required: claims }),
        response: { 200: group },
      },
    },
    async ({ params, body, operator }) => {
      const profile = { name: params.name, required: body.required };
      await groups.put(profile, operator);
      return { name: profile.name, required: [...profile.required] };
    },
  );
}
