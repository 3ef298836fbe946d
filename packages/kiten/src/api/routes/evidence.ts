import { deviceSubject } from '@kiten/trust';
import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { type EvidenceRecord, evidenceOn } from '../../store/evidence.ts';
import { deviceParameter, reason, time, waiting } from '../schemas.ts';
import type { Api } from '../server.ts';
import { approvalView } from '../views.ts';

const digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });
const record = Type.Object({
  digest,
  mediaType: Type.String(),
  subject: Type.String(),
  receivedAt: time,
  via: Type.Array(Type.String()),
  size: Type.Integer({ description: 'Bytes' }),
  erasedAt: Type.Optional(time),
});

/** What findings rest on. The content may be erased; the digest in the log stays, and tells nothing of it. */
export function evidenceRoutes(api: Api, { approvals, evidence, book, database }: SiteServices): void {
  api.get(
    '/devices/:id/evidence',
    {
      schema: {
        summary: 'Evidence on a device, the newest first',
        params: deviceParameter,
        response: { 200: Type.Object({ evidence: Type.Array(record) }) },
      },
    },
    async ({ params: { id } }) => {
      const found = await evidenceOn(database, deviceSubject(book.get(id).id), 1000);
      return { evidence: found.map(view) };
    },
  );

  api.get(
    '/evidence/:digest',
    {
      schema: {
        summary: 'The content of a piece of evidence, checked against its digest',
        params: Type.Object({ digest }),
        produces: ['application/octet-stream'],
      },
    },
    async ({ params: { digest } }, reply) => {
      const { content } = await evidence.read(digest);
      // Whatever a device sent must not be taken for a page of this site.
      reply.header('content-disposition', 'attachment');
      return reply.type('application/octet-stream').send(Buffer.from(content));
    },
  );

  api.post(
    '/evidence/:digest/erase',
    {
      config: { action: 'administer' },
      schema: {
        summary: 'Erase the content of a piece of evidence, for good and on record',
        params: Type.Object({ digest }),
        body: Type.Object({ reason }),
        response: { 202: waiting, 204: Type.Null() },
      },
    },
    async ({ params: { digest }, body: { reason }, operator }, reply) => {
      const asked = await approvals.ask('evidence-erasure', { digest }, operator, reason);
      if ('done' in asked) return reply.code(204).send(null);
      return reply.code(202).send({ approval: approvalView(asked.pending) });
    },
  );
}

function view({ subject, via, body: _, ...rest }: EvidenceRecord) {
  return { ...rest, subject: `${subject.kind}:${subject.id}`, via: [...via] };
}
