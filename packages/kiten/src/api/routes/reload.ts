import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import type { Api } from '../server.ts';

/** Reads the configuration again, without a restart. */
export function reloadRoutes(api: Api, services: SiteServices): void {
  api.post(
    '/reload',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Reads the configuration and its certificates again; whoever is connected stays',
        response: {
          200: Type.Object({
            named: Type.Array(Type.String(), { description: 'Host names with certificates of their own' }),
            atNextStart: Type.Array(Type.String(), {
              description: 'Settings that have changed and take effect at the next start',
            }),
          }),
        },
      },
    },
    async ({ operator }) => {
      const { named, atNextStart } = await services.reload(`operator:${operator.name}`);
      return { named: [...named], atNextStart: [...atNextStart] };
    },
  );
}
