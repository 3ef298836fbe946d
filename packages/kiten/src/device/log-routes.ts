import type { WitnessAnswer } from '@kiten/ledger';
import type { FastifyInstance } from 'fastify';
import { sendLogFile } from '../api/log-file.ts';

export interface LogRouteParts {
  /** The log's directory. */
  readonly directory: string;
  readonly entries: 'operators' | 'public';
  readonly addCheckpoint: (body: Uint8Array) => Promise<WitnessAnswer>;
}

/** The log for auditors and witnesses elsewhere, and this site as a witness for other logs. */
export function logRoutes(
  server: FastifyInstance,
  { directory, entries, addCheckpoint }: LogRouteParts,
): void {
  server.get('/log/checkpoint', (_request, reply) => sendLogFile(directory, 'checkpoint', reply));
  server.get('/log/tile/*', (request, reply) => {
    const { '*': path } = request.params as { '*': string };
    // Nobody is signed in at this port.
    if (path.startsWith('entries/') && entries !== 'public') return reply.callNotFound();
    return sendLogFile(directory, `tile/${path}`, reply);
  });
  server.post('/witness/add-checkpoint', async (request, reply) => {
    const { status, contentType, body } = await addCheckpoint(
      (request.body as Buffer | undefined) ?? Buffer.alloc(0),
    );
    return reply.code(status).type(contentType).send(Buffer.from(body));
  });
}
