import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { FetchedFile } from '@kiten/update';
import type { Address, Connect } from '../site/connector.ts';

/** Asks the site for a file from an octet on. */
export type FetchFrom = (url: string, signal: AbortSignal, from?: number) => Promise<RangedFile>;

export interface RangedFile extends FetchedFile {
  /** Where the body begins: 0 where the site didn’t grant the range. */
  readonly from: number;
}

/**
 * Fetches files over the device’s own connection, one for each (RFC 9110 §14 for ranges). How long that may take is for
 * whoever fetches to say.
 */
export const siteFiles =
  (address: Address, connect: Connect): FetchFrom =>
  async (url, signal, from = 0) => {
    const socket = await connect(address);
    const end = () => socket.destroy();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    const { pathname, search } = new URL(url);
    const request = httpRequest({
      ...{ host: address.host, port: address.port, path: `${pathname}${search}` },
      headers: { connection: 'close', ...(from > 0 && { range: `bytes=${from}-` }) },
      createConnection: () => socket,
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const { statusCode = 0, headers } = response;
    const isPart = statusCode === 206 && headers['content-range']?.startsWith(`bytes ${from}-`) === true;
    return { status: isPart ? 200 : statusCode, body: response, from: isPart ? from : 0 };
  };
