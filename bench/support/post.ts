import { type Agent, request } from 'node:https';
import type { Site } from './site.ts';

/** What a site answers a device. */
export function post(
  site: Site,
  agent: Agent,
  path: string,
  type: string,
  body: Uint8Array,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type || 'application/json', 'content-length': body.length };
    const sent = request(`${site.ready.device}${path}`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(Buffer.concat(chunks)));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
