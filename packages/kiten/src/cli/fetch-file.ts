import type { FetchFile } from '@kiten/update';

/** What the runtime undoes by itself, piece by piece, so that bounds hold for what comes out. */
const headers = { 'accept-encoding': 'zstd, gzip' };

/** Asks a web server for a file, without following redirections; the caller bounds its size and the time it takes. */
export const fetchFile: FetchFile = async (url, signal) => {
  const { status, body } = await fetch(url, { headers, redirect: 'error', signal });
  return { status, body: body ?? nothing() };
};

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array();
}
