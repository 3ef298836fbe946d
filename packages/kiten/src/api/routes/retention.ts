import Type from 'typebox';
import { type RetentionDesk, retentionBounds } from '../../site/retention.ts';
import type { SiteServices } from '../../site/services.ts';
import { reason, waiting } from '../schemas.ts';
import type { Api } from '../server.ts';
import { approvalView } from '../views.ts';

const days = (maximum: number, description: string) => Type.Integer({ minimum: 1, maximum, description });
const retention = {
  evidenceDays: days(retentionBounds.evidenceDays, 'Content of evidence that nothing rests on any more'),
  trafficDays: days(retentionBounds.trafficDays, 'Counts of traffic, and refusals'),
};
const view = Type.Object({
  ...retention,
  isSet: Type.Boolean({ description: 'An operator has set it; kiten.toml holds no more' }),
  file: Type.Object(retention, { description: 'What kiten.toml says' }),
});

/** How long things are kept. */
export function retentionRoutes(api: Api, services: SiteServices): void {
  const { approvals, retention: desk } = services;
  api.get(
    '/retention',
    { schema: { summary: 'How long things are kept, in days', response: { 200: view } } },
    async () => viewOf(desk),
  );

  api.put(
    '/retention',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Sets how long things are kept; what is older goes within the hour',
        body: Type.Object({ ...retention, reason }, { additionalProperties: false }),
        response: { 200: view, 202: waiting },
      },
    },
    async ({ body: { reason, ...wanted }, operator }, reply) => {
      const asked = await approvals.ask('retention-change', wanted, operator, reason);
      if ('pending' in asked) return reply.code(202).send({ approval: approvalView(asked.pending) });
      return viewOf(desk);
    },
  );
}

function viewOf({ present, isSet, file }: RetentionDesk) {
  return { ...present, isSet, file: { ...file } };
}
