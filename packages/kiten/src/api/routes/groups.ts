import { claimNames } from '@kiten/trust';
import Type from 'typebox';
import type { DeviceBook } from '../../site/device-book.ts';
import { type GroupSettings, keyRules, longestWindow } from '../../site/group-settings.ts';
import { reportOn } from '../../site/observation-report.ts';
import type { SiteServices } from '../../site/services.ts';
import { claim, mode, time, waiting, reason as why } from '../schemas.ts';
import type { Api } from '../server.ts';
import { approvalView } from '../views.ts';

const name = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' });
const claims = Type.Array(claim, { maxItems: claimNames.length });
const brake = Type.Object({
  share: Type.Integer({ minimum: 1, maximum: 100, description: 'Per cent; 100 never pauses' }),
  least: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  windowSeconds: Type.Integer({ minimum: 60, maximum: longestWindow }),
});
const safety = Type.Boolean({ description: 'Its devices are never cut blindly' });
const acknowledgeSeconds = Type.Integer({
  minimum: 1,
  maximum: 3600,
  description: 'How long a device has to bring itself to a safe state',
});
const attest = Type.Object({
  everySeconds: Type.Integer({
    minimum: 60,
    maximum: 2_592_000,
    description: 'How often its devices attest',
  }),
  deadlineSeconds: Type.Integer({
    minimum: 5,
    maximum: 3600,
    description: 'How long one that is asked to may take: then its session is cut',
  }),
  unknownFiles: Type.Enum(['contraindicated', 'warning'], {
    description: 'What a file amounts to that no reference value names',
  }),
  key: Type.Enum([...keyRules], { description: 'What keys its devices get certificates for' }),
});
const group = Type.Object({
  name,
  required: claims,
  mode,
  brake,
  safety,
  acknowledgeSeconds,
  attest,
  devices: Type.Integer({ description: 'How many devices it has, without those that are revoked' }),
});

const row = Type.Object({
  device: Type.String(),
  observed: Type.String({ description: 'The device whose group observes' }),
  action: Type.String(),
  topic: Type.String({ description: '“#” for all that found no row of its own; empty for connect' }),
  policies: Type.Array(Type.String()),
  count: Type.Integer(),
  firstAt: time,
  lastAt: time,
});

const report = Type.Object({
  group: name,
  mode,
  devices: Type.Integer({ description: 'How many of its devices enforcing would touch' }),
  of: Type.Integer({ description: 'How many devices it has' }),
  total: Type.Integer({ description: 'How often something would have been refused' }),
  rows: Type.Array(row),
  more: Type.Integer({ description: 'How many rows were left out' }),
});

/** Groups of devices: which claims each requires, and how each is treated. */
export function groupRoutes(api: Api, { approvals, book, groups, database, standing }: SiteServices): void {
  api.get(
    '/groups',
    { schema: { summary: 'All groups', response: { 200: Type.Object({ groups: Type.Array(group) }) } } },
    async () => ({ groups: book.groups().map((one) => view(one, book)) }),
  );

  api.get(
    '/groups/:name',
    { schema: { summary: 'One group', params: Type.Object({ name }), response: { 200: group } } },
    async ({ params }) => view(book.group(params.name), book),
  );

  api.get(
    '/groups/:name/report',
    {
      schema: {
        summary: 'What enforcing a group would break: what would have been refused and passed, newest first',
        params: Type.Object({ name }),
        querystring: Type.Object({ since: Type.Optional(time) }),
        response: { 200: report },
      },
    },
    async ({ params, query: { since = 0 } }) => {
      const { rows, ...rest } = await reportOn(params.name, since, { book, database });
      return { ...rest, rows: rows.map((one) => ({ ...one, policies: [...one.policies] })) };
    },
  );

  api.put(
    '/groups/:name',
    {
      config: { action: 'administer' },
      schema: {
        summary:
          'Creates a group or changes what is given; a change of how its devices are treated takes a reason',
        params: Type.Object({ name }),
        body: Type.Object({
          required: Type.Optional(claims),
          mode: Type.Optional(mode),
          brake: Type.Optional(Type.Partial(brake)),
          attest: Type.Optional(Type.Partial(attest)),
          safety: Type.Optional(safety),
          acknowledgeSeconds: Type.Optional(acknowledgeSeconds),
          reason: Type.Optional(why),
        }),
        response: { 200: group, 202: waiting },
      },
    },
    async ({ params, body: { reason, ...body }, operator }, reply) => {
      const change = { name: params.name, ...body };
      if (reason === undefined || !groups.isTreatment(change))
        return view(await groups.put(change, operator, reason), book);
      const asked = await approvals.ask('mode-change', change, operator, reason);
      if ('done' in asked) return view(asked.done, book);
      return reply.code(202).send({ approval: approvalView(asked.pending) });
    },
  );

  const devices = Type.Object({ group: name, devices: Type.Array(Type.String()) });

  api.post(
    '/groups/:name/quarantine',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Cuts every device of a group; they may attest and be updated, nothing else',
        params: Type.Object({ name }),
        body: Type.Object({ reason: why }),
        response: { 200: devices, 202: waiting },
      },
    },
    async ({ params: { name: group }, body, operator }, reply) => {
      const asked = await approvals.ask('group-quarantine', { group }, operator, body.reason);
      if ('done' in asked) return { group, devices: [...asked.done] };
      return reply.code(202).send({ approval: approvalView(asked.pending) });
    },
  );

  api.post(
    '/groups/:name/release',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Gives every quarantined device of a group its rights back',
        params: Type.Object({ name }),
        body: Type.Object({ reason: why }),
        response: { 200: devices },
      },
    },
    async ({ params: { name: group }, body, operator }) => {
      book.mustKnowGroup(group);
      const quarantined = [...book.all()].filter(
        (one) => one.standing === 'quarantined' && one.groups.includes(group),
      );
      for (const { id } of quarantined) await standing.release(id, operator, body.reason);
      return { group, devices: quarantined.map(({ id }) => id as string) };
    },
  );
}

function view({ required, brake, attest, ...rest }: GroupSettings, book: DeviceBook) {
  return {
    ...rest,
    required: [...required],
    brake: { ...brake },
    attest: { ...attest },
    devices: book.sizeOf(rest.name),
  };
}
