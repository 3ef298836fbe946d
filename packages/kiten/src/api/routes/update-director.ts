import { fromBase64, toBase64 } from '@kiten/codec';
import { sha256Hex } from '@kiten/identity';
import { roleStates, rootWarnings, type SignatureNeed } from '@kiten/update';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { readRoot } from '../../site/update/director/director-files.ts';
import { keyIdOfSigner } from '../../site/update/director/director-rotation.ts';
import { reason, time } from '../schemas.ts';
import type { Api } from '../server.ts';

const holder = { keyId: Type.String(), holder: Type.Optional(Type.String()) };
const need = Type.Object({
  by: Type.Enum(['before', 'after'], { description: 'By the root before, or the one that it is' }),
  threshold: Type.Integer(),
  missing: Type.Integer(),
  holders: Type.Array(Type.Object({ ...holder, signed: Type.Boolean() })),
});
const rotation = {
  root: Type.Integer({ description: 'The version of the root that says so' }),
  keyId: Type.String({ description: 'Of the key that it goes over to' }),
  stolen: Type.Boolean({ description: 'Whether somebody else has the key before' }),
  begunBy: Type.String(),
  begunAt: time,
  reason: Type.String(),
};
const view = Type.Object({
  root: Type.Object({
    version: Type.Integer(),
    expires: time,
    sha256: Type.String(),
    roles: Type.Array(
      Type.Object({
        role: Type.String(),
        threshold: Type.Integer(),
        holders: Type.Array(Type.Object(holder)),
      }),
    ),
  }),
  keyId: Type.String({ description: 'Of the key that the Director signs with' }),
  warnings: Type.Array(Type.Record(Type.String(), Type.Unknown())),
  pending: Type.Optional(
    Type.Object({
      ...rotation,
      digest: Type.String({ description: 'What the holders read out to each other' }),
      proposal: Type.String({ description: 'The root as it is signed so far, base64' }),
      needs: Type.Array(need),
    }),
  ),
  devices: Type.Object({
    asked: Type.Integer({ description: 'Devices that have ever asked for updates' }),
    behind: Type.Integer({ description: 'Those of them that have not asked since the keys went over' }),
  }),
  rotations: Type.Array(
    Type.Object({
      ...rotation,
      state: Type.Enum(['begun', 'decided', 'cancelled']),
      sha256: Type.Optional(Type.String()),
      endedBy: Type.Optional(Type.String()),
      endedAt: Type.Optional(time),
    }),
  ),
});
const rehearsal = Type.Object({
  steps: Type.Array(Type.Record(Type.String(), Type.Unknown())),
  leftOut: Type.Array(Type.String()),
  asExpected: Type.Boolean(),
});
const stolen = Type.Optional(
  Type.Boolean({ description: 'Somebody else has the key: whatever they said with it is forgotten' }),
);
const twoMonths = 60 * 86_400_000;

/** The Director’s own keys: what it signs with, and how that goes over to other keys while the site runs. */
export function updateDirectorRoutes(api: Api, services: SiteServices): void {
  const { directorRotation: rotations, vehicles, clock } = services;

  api.get(
    '/update/director',
    { schema: { summary: 'Under which root and key the Director speaks', response: { 200: view } } },
    present,
  );

  api.post(
    '/update/director/rehearsal',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Play a rotation through with throw-away keys in a copy; nothing is changed',
        body: Type.Object({ stolen }),
        response: { 200: rehearsal },
      },
    },
    async ({ body }) => {
      const { steps, leftOut, asExpected } = await rotations.rehearse(body.stolen === true);
      return { steps: steps.map((step) => ({ ...step })), leftOut: [...leftOut], asExpected };
    },
  );

  api.post(
    '/update/director/rotation',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Go over to new keys: at once if the root’s key is here, else once its holders have signed',
        body: Type.Object({ stolen, reason }),
        response: { 200: view },
      },
    },
    async ({ body, operator }) => {
      await rotations.begin(body.stolen === true, operator, body.reason);
      return present();
    },
  );

  api.post(
    '/update/director/rotation/root',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Hand in the root as its holders have signed it, and go over to it',
        body: Type.Object({ root: Type.String({ maxLength: 1 << 20, description: 'Base64' }) }),
        response: { 200: view },
      },
    },
    async ({ body, operator }) => {
      await rotations.accept(fromBase64(body.root), operator);
      return present();
    },
  );

  api.post(
    '/update/director/rotation/cancel',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Take a rotation back that waits for the holders of the root',
        body: Type.Object({ reason }),
        response: { 200: view },
      },
    },
    async ({ body, operator }) => {
      await rotations.cancel(operator, body.reason);
      return present();
    },
  );

  async function present() {
    const { root: bytes, signer } = rotations.identity;
    const root = readRoot(bytes);
    const [pending, history] = [await rotations.pending(), await rotations.history()];
    const wentOver = history.find(({ state }) => state === 'decided')?.endedAt ?? 0;
    return {
      root: {
        ...{ version: root.version, expires: root.expires, sha256: sha256Hex(bytes) },
        roles: roleStates(root).map(({ holders, ...role }) => ({ ...role, holders: [...holders] })),
      },
      keyId: keyIdOfSigner(signer),
      warnings: rootWarnings(root, { now: clock.now(), within: twoMonths }).map((one) => ({ ...one })),
      ...(pending === undefined
        ? {}
        : {
            pending: {
              ...pending.rotation,
              digest: pending.succession.digest,
              proposal: toBase64(pending.proposal),
              needs: pending.succession.needs.map(needView),
            },
          }),
      devices: { asked: vehicles.size, behind: vehicles.silentSince(wentOver) },
      rotations: history.map((one) => ({ ...one })),
    };
  }
}

function needView({ by, threshold, missing, holders }: SignatureNeed) {
  return { by, threshold, missing, holders: holders.map(({ publicKey: _, ...one }) => ({ ...one })) };
}
