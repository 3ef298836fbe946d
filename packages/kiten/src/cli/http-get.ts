import type { HttpGet } from '@kiten/ledger';

const timeout = 30_000;

/** Fetches one file of a log, bounded in size and time; redirections are not followed. */
export const get: HttpGet = async (url, maxBytes) => {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeout) });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`${url} answers with more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return { status: response.status, body: Buffer.concat(chunks) };
};
