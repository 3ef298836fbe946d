import { KitenError, toHex } from '@kiten/codec';
import { sha256Hex } from '@kiten/identity';
import Type from 'typebox';
import { keyName } from '../../site/attestation/attester-book.ts';
import { endorsementWord } from '../../site/attestation/endorsement-desk.ts';
import type { SiteServices } from '../../site/services.ts';
import { deviceId, deviceParameter, reason, time, waiting } from '../schemas.ts';
import type { Api } from '../server.ts';
import { approvalView } from '../views.ts';

const attester = Type.Object({
  device: deviceId,
  attestationKey: Type.String({ description: 'The name of the key that attests, hexadecimal' }),
  publicArea: Type.String({ description: 'Its TPMT_PUBLIC, hexadecimal' }),
  endorsementKey: Type.String({ description: 'SHA-256 of the TPM’s endorsement key, hexadecimal' }),
  model: Type.Optional(Type.String()),
  lot: Type.Optional(Type.String()),
  images: Type.Array(Type.Object({ digest: Type.String(), name: Type.String() }), {
    description: 'What it is held against',
  }),
  endorsement: Type.String({ description: '“vendor NAME”, or why nobody vouches for the TPM' }),
  activatedAt: time,
  last: Type.Optional(
    Type.Object(
      { evidence: Type.String(), nonce: Type.String(), receivedAt: time, nextBefore: time },
      {
        description: 'The last evidence that proved something',
      },
    ),
  ),
});

/** The TPM that speaks for a device. */
export function attestationKeyRoutes(api: Api, services: SiteServices): void {
  const { attesters, endorsements, references, schedule, makes, approvals, book } = services;

  function view(id: string) {
    const found = attesters.find(id);
    if (found === undefined) return undefined;
    const { last } = found;
    const { everySeconds } = book.attestation(book.find(id) ?? { groups: [] });
    return {
      device: id,
      attestationKey: keyName(attesters.attestationKey(found)),
      publicArea: toHex(found.attestationKey),
      endorsementKey: sha256Hex(attesters.endorsementKey(found).publicKey),
      endorsement: endorsementWord(endorsements.judge(found)),
      activatedAt: found.activatedAt,
      ...makes.find(id),
      images: references.imagesFor(id).map(({ id: digest, name }) => ({ digest, name })),
      ...(last === undefined
        ? {}
        : {
            last: {
              evidence: last.digest,
              nonce: toHex(last.nonce),
              receivedAt: last.receivedAt,
              nextBefore: last.receivedAt + everySeconds * 1000,
            },
          }),
    };
  }

  api.get(
    '/devices/:id/attestation-key',
    {
      schema: {
        summary: 'The TPM and the key that speak for a device',
        params: deviceParameter,
        response: { 200: attester },
      },
    },
    async ({ params: { id } }) => {
      const found = view(id);
      if (found !== undefined) return found;
      throw new KitenError('kiten/attester-unknown', `No TPM speaks for ${id}: it activates a key first.`);
    },
  );

  api.get(
    '/devices/:id/attester',
    {
      schema: {
        summary: 'The same of a device that may have none',
        params: deviceParameter,
        response: { 200: Type.Object({ attester: Type.Optional(attester) }) },
      },
    },
    async ({ params: { id } }) => {
      const found = view(book.get(id).id);
      return found === undefined ? {} : { attester: found };
    },
  );

  api.post(
    '/devices/:id/challenge',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Have a device attest now: its session is cut if it does not in time',
        params: deviceParameter,
        response: {
          200: Type.Object({
            connected: Type.Boolean({ description: 'If it is not, it is asked as soon as it is' }),
            deadline: Type.Optional(time),
          }),
        },
      },
    },
    async ({ params: { id } }) => {
      const deadline = schedule.demand(id);
      return { connected: deadline !== undefined, ...(deadline === undefined ? {} : { deadline }) };
    },
  );

  api.post(
    '/devices/:id/attestation-key/forget',
    {
      config: { action: 'operate' },
      schema: {
        summary: 'Let a device come with another TPM',
        params: deviceParameter,
        body: Type.Object({ reason }),
        response: { 202: waiting, 204: Type.Null() },
      },
    },
    async ({ params: { id }, body: { reason }, operator }, reply) => {
      const asked = await approvals.ask('tpm-replacement', { device: id }, operator, reason);
      if ('done' in asked) return reply.code(204).send(null);
      return reply.code(202).send({ approval: approvalView(asked.pending) });
    },
  );
}
