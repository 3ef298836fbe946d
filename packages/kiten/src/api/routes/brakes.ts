import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import type { BrakeRecord } from '../../store/brakes.ts';
import { reason, time, waiting } from '../schemas.ts';
import type { Api } from '../server.ts';
import { approvalView } from '../views.ts';

const id = Type.Integer({ minimum: 1 });
const sentence = Type.Object({ expected: Type.String(), found: Type.String(), remedy: Type.String() });
const brake = Type.Object({
  id,
  group: Type.String(),
  code: Type.String(),
  appraiser: Type.String(),
  sentence: Type.Optional(Type.Object({ en: sentence, ja: sentence })),
  state: Type.Enum(['braking', 'released', 'confirmed']),
  pulledAt: time,
  share: Type.Integer({ description: 'Per cent of the group that may fall' }),
  fallen: Type.Integer({ description: 'How many devices fell before it was pulled' }),
  groupSize: Type.Integer(),
  devices: Type.Array(Type.String(), { description: 'Those of which it holds falls now' }),
  decidedAt: Type.Optional(time),
  decidedBy: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
});

/** Brakes: automatic enforcement that was paused, because one cause would have felled too much of a group. */
export function brakeRoutes(api: Api, services: SiteServices): void {
  const { brake: board, brakes, approvals } = services;

  api.get(
    '/brakes',
    {
      schema: {
        summary: 'All brakes that were pulled, the newest first',
        response: { 200: Type.Object({ brakes: Type.Array(brake) }) },
      },
    },
    async () => ({ brakes: board.all().map(view) }),
  );

  const params = Type.Object({ brake: Type.String({ pattern: '^[1-9][0-9]{0,9}$' }) });
  const body = Type.Object({ reason });

  api.post(
    '/brakes/:brake/confirm',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'The cause is real: what is held acts now',
        params,
        body,
        response: { 200: brake, 202: waiting },
      },
    },
    async ({ params, body, operator }, reply) => {
      const wanted = { brake: Number(params.brake) };
      const asked = await approvals.ask('brake-confirm', wanted, operator, body.reason);
      if ('done' in asked) return view(asked.done);
      return reply.code(202).send({ approval: approvalView(asked.pending) });
    },
  );

  api.post(
    '/brakes/:brake/release',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'What is held stays held, on record; what falls from now on acts',
        params,
        body,
        response: { 200: brake },
      },
    },
    async ({ params, body, operator }) =>
      view(await brakes.release(Number(params.brake), operator, body.reason)),
  );

  function view(record: BrakeRecord) {
    const { code } = record;
    const devices = [...board.heldBy(record.id)];
    const example = devices
      .flatMap((one) => services.book.get(one).verdict.findings)
      .find((one) => one.code === code);
    if (example === undefined) return { ...record, devices };
    const { registry } = services;
    const sentence = { en: registry.sentence(example, 'en'), ja: registry.sentence(example, 'ja') };
    return { ...record, devices, sentence };
  }
}
