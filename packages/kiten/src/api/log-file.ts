import { KitenError } from '@kiten/codec';
import { publishedResource } from '@kiten/ledger';
import type { FastifyReply } from 'fastify';

/** Answers with a file of the log as C2SP tlog-tiles names it below its prefix, `tile/0/x001/x234/067`. */
export async function sendLogFile(
  directory: string,
  path: string,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const resource = await publishedResource(directory, path);
  if (resource === undefined) {
    throw new KitenError('kiten/not-found', `The log has no file ${path.slice(0, 100)}.`);
  }
  const { bytes, contentType, immutable } = resource;
  return reply
    .type(contentType)
    .header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    .send(Buffer.from(bytes));
}
