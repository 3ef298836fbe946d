import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { device, deviceId, deviceParameter, groupName, reason } from '../schemas.ts';
import type { Api } from '../server.ts';
import { deviceView } from '../views.ts';

/** Passwords of devices that can do no better. A password is shown once, when it is made. */
export function passwordRoutes(api: Api, services: SiteServices): void {
  const { passwords, registry } = services;
  api.post(
    '/devices/:id/password',
    {
      config: { action: 'operate' },
      schema: {
        summary:
          'Makes a password for a device, which joins the group password; a new device is registered by it',
        params: deviceParameter,
        body: Type.Object(
          {
            group: Type.Optional(groupName),
            replace: Type.Optional(
              Type.Boolean({ description: 'Whether it may take the place of one that the device has' }),
            ),
            hash: Type.Optional(
              Type.String({
                maxLength: 512,
                description: 'Take this one over instead of making one: $6$… or $7$… of mosquitto_passwd',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          201: Type.Object({
            device: deviceId,
            username: deviceId,
            password: Type.Optional(Type.String({ description: 'Absent if it was taken over by its hash' })),
            groups: Type.Array(Type.String()),
            mqtts: Type.Optional(Type.String({ description: 'Where it may be used over TLS' })),
            mqtt: Type.Optional(Type.String({ description: 'Where it may be used without TLS' })),
          }),
        },
      },
    },
    async ({ params: { id }, body, operator }, reply) => {
      const { hash, ...request } = body;
      const made =
        hash === undefined
          ? await passwords.give(id, request, operator)
          : { device: await passwords.takeOver(id, hash, request, operator) };
      const { passwords: mqtts, plainPasswords: mqtt } = services.addresses;
      return reply.code(201).send({
        device: id,
        username: id,
        ...('password' in made ? { password: made.password } : {}),
        groups: [...made.device.groups],
        ...(mqtts === undefined ? {} : { mqtts }),
        ...(mqtt === undefined ? {} : { mqtt }),
      });
    },
  );

  api.delete(
    '/devices/:id/password',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Takes the password away; connections by it end',
        params: deviceParameter,
        querystring: Type.Object({ reason }),
        response: { 200: device },
      },
    },
    async ({ params: { id }, query, operator }) =>
      deviceView(await passwords.withdraw(id, operator, query.reason), services, registry),
  );
}
