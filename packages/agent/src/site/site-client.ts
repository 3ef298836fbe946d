import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { KitenError, parseJsonStrict } from '@kiten/codec';
import type { Address, Connect } from './connector.ts';
import { connectionFault } from './node-connector.ts';

export interface SiteRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface SiteAnswer {
  readonly contentType: string;
  readonly body: Buffer;
}

const maximumAnswer = 4 << 20;
/** For a whole exchange: a connection may be a child process, which has no timer of its own. */
const timeout = 120_000;

/** Asks the site's port for devices over HTTPS, one connection for each request. */
export class SiteClient {
  readonly #address: Address;
  readonly #connect: Connect;

  constructor(address: Address, connect: Connect) {
    this.#address = address;
    this.#connect = connect;
  }

  /**
   * @throws KitenError `agent/site-refused` with the site's own code and sentence in `detail`; `agent/site-answer` for
   *   what is no answer; `agent/site-unreachable`, `agent/site-untrusted`
   */
  async ask({ method, path, headers = {}, body }: SiteRequest): Promise<SiteAnswer> {
    const { host, port } = this.#address;
    const socket = await this.#connect(this.#address);
    try {
      const request = httpRequest({
        method,
        path,
        host,
        port,
        headers: {
          ...headers,
          connection: 'close',
          ...(body === undefined ? {} : { 'content-length': body.length }),
        },
        createConnection: () => socket,
        signal: AbortSignal.timeout(timeout),
      });
      request.end(body);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      const received = await readAll(response);
      const answer = { contentType: response.headers['content-type'] ?? '', body: received };
      if (response.statusCode === 200) return answer;
      throw refusalOf(response.statusCode ?? 0, path, answer);
    } catch (cause) {
      throw cause instanceof KitenError ? cause : connectionFault(this.#address, cause);
    } finally {
      socket.destroy();
    }
  }
}

async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maximumAnswer)
      throw new KitenError('agent/site-answer', 'The site answers with more than it may.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A problem document (RFC 9457) has the site's code and what would help. */
function refusalOf(status: number, path: string, { contentType, body }: SiteAnswer): KitenError {
  const problem = contentType.startsWith('application/problem+json') ? problemIn(body) : {};
  const said =
    typeof problem.detail === 'string' ? problem.detail : `It answered with HTTP status ${status}.`;
  const code = typeof problem.code === 'string' ? problem.code : undefined;
  return new KitenError('agent/site-refused', `The site refuses ${path}: ${said}`, {
    detail: { status, ...(code === undefined ? {} : { code }) },
  });
}

function problemIn(body: Buffer): { readonly detail?: unknown; readonly code?: unknown } {
  try {
    return Object(parseJsonStrict(body.toString('utf8'), { maxBytes: 65_536, maxDepth: 8 }));
  } catch (error) {
    // The status says enough.
    if (error instanceof KitenError) return {};
    throw error;
  }
}
