import { campaignStates } from '@kiten/update';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { shownReason } from '../../site/update/reasons.ts';
import { deviceParameter, reason, time } from '../schemas.ts';
import type { Api } from '../server.ts';
import { member, why } from './update-schemas.ts';

/** What may be rolled out, and why a device is, or is not, updated. */
export function updateRoutes(api: Api, services: SiteServices): void {
  const { updates, releases } = services;

  api.get(
    '/update/releases',
    {
      schema: {
        summary: 'What the Image repository speaks for and may be rolled out, the newest first',
        response: {
          200: Type.Object({
            releases: Type.Array(
              Type.Object({
                target: Type.String(),
                version: Type.String(),
                releaseCounter: Type.Integer(),
                hardwareIds: Type.Array(Type.String()),
                length: Type.Integer(),
                references: Type.Array(Type.String()),
                remedies: Type.Array(Type.String()),
                publishedBy: Type.String(),
                publishedAt: time,
                withdrawnAt: Type.Optional(time),
              }),
            ),
          }),
        },
      },
    },
    async () => ({
      releases: releases.all().map((one) => ({
        ...one,
        ...{
          hardwareIds: [...one.hardwareIds],
          references: [...one.references],
          remedies: [...one.remedies],
        },
      })),
    }),
  );

  api.get(
    '/devices/:id/updates',
    {
      schema: {
        summary: 'What a device runs, and why each campaign does, or does not, update it',
        params: deviceParameter,
        response: {
          200: Type.Object({
            askedAt: Type.Optional(time),
            ecus: Type.Array(
              Type.Object({
                ecu: Type.String(),
                hardwareId: Type.String(),
                target: Type.Optional(Type.String()),
                version: Type.Optional(Type.String()),
                releaseCounter: Type.Integer({ description: 'The highest that it has confirmed' }),
              }),
            ),
            campaigns: Type.Array(
              Type.Object({
                id: Type.String(),
                name: Type.String(),
                state: Type.Enum([...campaignStates]),
                member: Type.Optional(member),
                why,
              }),
            ),
          }),
        },
      },
    },
    async ({ params: { id } }) => {
      const vehicle = services.vehicles.find(services.book.get(id).id);
      const explained = await updates.explain(id);
      return {
        ...(vehicle === undefined ? {} : { askedAt: vehicle.manifestAt }),
        ecus: (vehicle?.ecus ?? []).map((ecu) => ({ ...ecu })),
        campaigns: explained.toReversed().map(({ campaign, member: own, reason: found }) => ({
          ...{ id: campaign.id, name: campaign.record.definition.name, state: campaign.record.state },
          ...(own === undefined ? {} : { member: { ...own, wave: own.wave + 1 } }),
          why: shownReason(found),
        })),
      };
    },
  );

  api.put(
    '/devices/:id/inventory',
    {
      config: { action: 'operate' },
      schema: {
        summary:
          'Say what ECUs a device has; one that nobody described is a device of one, as its model says',
        params: deviceParameter,
        body: Type.Object({
          ecus: Type.Array(
            Type.Object(
              {
                ecu: Type.String({ minLength: 1, maxLength: 255 }),
                hardwareId: Type.String({ minLength: 1, maxLength: 255 }),
                key: Type.Optional(
                  Type.String({
                    maxLength: 16_384,
                    description: 'The key of its reports, PEM; of the device’s certificate unless given',
                  }),
                ),
                primary: Type.Optional(Type.Boolean()),
              },
              { additionalProperties: false },
            ),
            { minItems: 1, maxItems: 64 },
          ),
          reason,
        }),
        response: { 204: Type.Null() },
      },
    },
    async ({ params: { id }, body, operator }, reply) => {
      await updates.describe(services.book.get(id).id, body.ecus, operator, body.reason);
      return reply.code(204).send(null);
    },
  );
}
