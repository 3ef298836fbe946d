import { toHex } from '@kiten/codec';
import { publicKeyDigest } from '@kiten/identity';
import { encodeVerifierKey, verifierKey } from '@kiten/ledger';
import type { RecordedEvent } from '@kiten/trust';
import Type from 'typebox';
import { readEntry } from '../../site/log-entries.ts';
import { originOf } from '../../site/log-identity.ts';
import type { SiteServices } from '../../site/services.ts';
import { time } from '../schemas.ts';
import type { Api } from '../server.ts';

export const logEntry = Type.Object({
  index: Type.Integer(),
  type: Type.String(),
  at: time,
  actor: Type.String(),
  subject: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  data: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
});

/** The site's log: its entries and its signed head. */
export function logRoutes(api: Api, { site, ledger, logKey, keys }: SiteServices): void {
  const ownKeys = new Set([keys.verifier.publicKey, keys.root].map(publicKeyDigest));

  api.get(
    '/log/entries',
    {
      schema: {
        summary: 'Entries of the log, oldest first',
        querystring: Type.Object({
          from: Type.Optional(Type.Integer({ minimum: 0 })),
          count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
          last: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
        }),
        response: { 200: Type.Object({ size: Type.Integer(), entries: Type.Array(logEntry) }) },
      },
    },
    async ({ query: { from, count = 100, last } }) => {
      const size = ledger.size;
      const start = Math.min(size, from ?? (last === undefined ? 0 : Math.max(0, size - last)));
      const entries = [];
      for await (const one of ledger.read(start, Math.min(size, start + (last ?? count)))) {
        entries.push(entryView(one.index, readEntry(one.entry, ownKeys)));
      }
      return { size, entries };
    },
  );

  api.get(
    '/log/checkpoint',
    { schema: { summary: 'The newest signed checkpoint (C2SP tlog-checkpoint)', produces: ['text/plain'] } },
    async (_request, reply) => reply.type('text/plain; charset=utf-8').send(ledger.checkpoint()),
  );

  api.get(
    '/log/key',
    {
      schema: {
        summary: 'The key that checkpoints verify under',
        response: {
          200: Type.Object({
            spki: Type.String(),
            key: Type.String({ description: 'The same as a C2SP verifier key' }),
          }),
        },
      },
    },
    async () => ({
      spki: toHex(logKey),
      key: encodeVerifierKey(verifierKey(originOf(site), 'ed25519', logKey)),
    }),
  );
}

export function entryView(index: number, { subject, reason, ...event }: RecordedEvent) {
  return {
    index,
    type: event.type,
    at: event.at,
    actor: event.actor,
    ...(subject === undefined ? {} : { subject: `${subject.kind}:${subject.id}` }),
    ...(reason === undefined ? {} : { reason }),
    data: { ...event.data },
  };
}
