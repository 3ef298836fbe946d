import { campaignToJson, fragileWaves, toleratedOf } from '@kiten/update';
import Type from 'typebox';
import type { Operator } from '../../site/operators.ts';
import type { SiteServices } from '../../site/services.ts';
import type { Campaign } from '../../site/update/campaign.ts';
import { waveState } from '../../site/update/campaign-gates.ts';
import { pausedAs } from '../../site/update/reasons.ts';
import { storedMembers } from '../../store/update-members.ts';
import { deviceId, reason, waiting } from '../schemas.ts';
import type { Api } from '../server.ts';
import { approvalView } from '../views.ts';
import { campaign, definition, member } from './update-schemas.ts';

const pageSize = 1000;

/** Campaigns: what is rolled out to whom. */
export function updateCampaignRoutes(api: Api, services: SiteServices): void {
  const { campaigns, campaignDesk, approvals, database } = services;

  api.get(
    '/update/campaigns',
    {
      schema: {
        summary: 'All campaigns, the newest first',
        response: { 200: Type.Object({ campaigns: Type.Array(campaign) }) },
      },
    },
    async () => ({ campaigns: campaigns.all().toReversed().map(campaignView) }),
  );

  api.post(
    '/update/campaigns/plan',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Who a campaign would reach, as things stand; nothing is kept',
        body: Type.Object({ definition }),
        response: {
          200: Type.Object({
            considered: Type.Integer(),
            left: Type.Record(Type.String(), Type.Integer(), { description: 'Why devices are not in it' }),
            waves: Type.Array(
              Type.Object({
                devices: Type.Integer(),
                examples: Type.Array(Type.String()),
                withstands: Type.Object({ stop: Type.Integer(), drive: Type.Integer() }),
              }),
            ),
            fragile: Type.Array(Type.Integer(), {
              description: 'Waves, from 1, that a single device pauses by failing or saying so',
            }),
            repairs: Type.Integer(),
            unprovable: Type.Integer({
              description: 'Those of them that have no TPM whose evidence could prove it',
            }),
          }),
        },
      },
    },
    async ({ body }) => {
      const plan = await campaignDesk.foresee(body.definition);
      return {
        ...{ considered: plan.considered, left: Object.fromEntries(plan.left), unprovable: plan.unprovable },
        waves: plan.waves.map(({ devices, withstands }) => ({
          ...{ devices: devices.length, examples: devices.slice(0, 5), withstands: { ...withstands } },
        })),
        fragile: fragileWaves(plan).map((index) => index + 1),
        repairs: plan.repairs.length,
      };
    },
  );

  api.post(
    '/update/campaigns',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Create a campaign; nothing happens before it is started',
        body: Type.Object({ definition, reason }),
        response: { 201: campaign },
      },
    },
    async ({ body, operator }, reply) =>
      reply.code(201).send(campaignView(await campaignDesk.create(body.definition, operator, body.reason))),
  );

  const params = Type.Object({ campaign: Type.String({ minLength: 1, maxLength: 80 }) });

  api.get(
    '/update/campaigns/:campaign',
    {
      schema: {
        summary: 'A campaign, by its id or its name',
        params,
        response: { 200: Type.Intersect([campaign, Type.Object({ definition })]) },
      },
    },
    async ({ params }) => {
      const found = campaigns.get(params.campaign);
      return { ...campaignView(found), definition: { ...campaignToJson(found.record.definition) } };
    },
  );

  api.get(
    '/update/campaigns/:campaign/devices',
    {
      schema: {
        summary: `Devices of a campaign in the order of their ids, ${pageSize} at a time`,
        params,
        querystring: Type.Object({
          state: Type.Optional(Type.String({ maxLength: 20 })),
          after: Type.Optional(deviceId),
        }),
        response: { 200: Type.Object({ devices: Type.Array(member), more: Type.Boolean() }) },
      },
    },
    async ({ params, query }) => {
      const { id } = campaigns.get(params.campaign);
      const found = await storedMembers(database, id, { ...query, limit: pageSize + 1 });
      return {
        devices: found.slice(0, pageSize).map(({ wave, failure, code, ...one }) => ({
          ...one,
          wave: wave + 1,
          ...(failure === undefined && code === undefined ? {} : { code: code ?? failure }),
        })),
        more: found.length > pageSize,
      };
    },
  );

  for (const [verb, summary, action] of [
    ['start', 'Plan it over the devices there are, and open the first wave', 'campaign-start'],
    ['resume', 'Go on, despite what has failed so far', 'campaign-resume'],
    ['rollback', 'Take it back from whoever has not confirmed', 'campaign-rollback'],
  ] as const)
    command(verb, summary, async (id, operator, why) => {
      const asked = await approvals.ask(action, { campaign: id }, operator, why);
      return 'done' in asked ? asked.done : approvalView(asked.pending);
    });
  command('pause', 'From the answer on, nobody is told anything by it', (id, operator, why) =>
    campaignDesk.pause(id, operator, why),
  );
  command('abort', 'End it; whoever has installed the release goes on with it', (id, operator, why) =>
    campaignDesk.abort(id, operator, why),
  );

  function command(
    verb: string,
    summary: string,
    perform: (
      id: string,
      operator: Operator,
      why: string,
    ) => Promise<Campaign | ReturnType<typeof approvalView>>,
  ): void {
    api.post(
      `/update/campaigns/:campaign/${verb}`,
      {
        config: { action: 'operate' },
        schema: { summary, params, body: Type.Object({ reason }), response: { 200: campaign, 202: waiting } },
      },
      async ({ params, body, operator }, reply) => {
        const { id } = campaigns.get(params.campaign);
        const done = await perform(id, operator, body.reason);
        return 'requestedBy' in done
          ? reply.code(202).send({ approval: done })
          : campaignView(done as Campaign);
      },
    );
  }
}

function campaignView(found: Campaign) {
  const { id, record, counts } = found;
  const { definition: wanted, cause } = record;
  const view = (number: number) => {
    const { tally } = waveState(found, number);
    const { size, proven, failed, underWay } = tally;
    const left = counts.sum(['waiting'], number);
    return { size, proven, failed, underWay, waiting: left, tolerated: toleratedOf(size, wanted.gate) };
  };
  return {
    ...{ id, name: wanted.name, state: record.state, targets: [...wanted.targets] },
    ...{ wave: record.wave + 1, since: record.since },
    ...(cause === undefined ? {} : { paused: pausedAs(cause) }),
    waves: wanted.waves.map((_, number) => view(number)),
    repairs: view(-1),
    ...{ createdBy: record.createdBy, createdAt: record.createdAt, changedBy: record.changedBy },
    ...{ changedAt: record.changedAt, reason: record.reason },
  };
}
