import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { mustHaveScope } from '../guard.ts';
import { approval, reason } from '../schemas.ts';
import type { Api } from '../server.ts';
import { approvalView } from '../views.ts';

/** What operators asked for and a second person decides about. */
export function approvalRoutes(api: Api, { approvals }: SiteServices): void {
  api.get(
    '/approvals',
    {
      schema: {
        summary: 'What waits for a second person, or did, the newest first; and which actions need one here',
        querystring: Type.Object({ state: Type.Optional(approval.properties.state) }),
        response: {
          200: Type.Object({
            approvals: Type.Array(approval),
            needed: Type.Array(approval.properties.action),
          }),
        },
      },
    },
    async ({ query: { state } }) => {
      const found = (await approvals.all()).filter((one) => state === undefined || one.state === state);
      return { approvals: found.map(approvalView), needed: [...approvals.needed] };
    },
  );

  for (const [verb, summary] of [
    ['approve', 'Agrees, as a second person: it is done now'],
    ['deny', 'Declines, or takes one’s own request back'],
  ] as const) {
    api.post(
      `/approvals/:approval/${verb}`,
      {
        config: { action: 'operate' },
        schema: {
          summary,
          params: Type.Object({ approval: Type.String({ pattern: '^[0-9a-f]{16}$' }) }),
          body: Type.Object({ reason }),
          response: { 200: approval },
        },
      },
      async (request) => {
        const { params, body, operator } = request;
        // What takes an administrator to do takes a token that may administer to agree to.
        mustHaveScope(request, await approvals.needsOf(params.approval));
        return approvalView(await approvals[verb](params.approval, operator, body.reason));
      },
    );
  }
}
