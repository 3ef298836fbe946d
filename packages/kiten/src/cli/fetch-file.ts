import type { FetchFile } from '@kiten/update';

/** Asks a web server for a file, without following redirections; the caller bounds its size and the time it takes. */
export const fetchFile: FetchFile = async (url, signal) => {
  const { status, body } = await fetch(url, { redirect: 'error', signal });
  return { status, body: body ?? nothing() };
};

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array();
}
