import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type ErrorCode, KitenError, parseJsonStrict } from '@kiten/codec';
import { layoutOf } from '../site/layout.ts';
import { proofOfRun } from '../site/secrets.ts';
import type { Environment } from './environment.ts';
import { dataDirectory, type SiteOptions } from './options.ts';

/** The API of a running site. Answers are what its OpenAPI document says. */
export interface Client {
  get<T>(path: string): Promise<T>;
  text(path: string): Promise<string>;
  bytes(path: string): Promise<Uint8Array>;
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>;
  /** Posts octets that come piece by piece. */
  stream<T>(path: string, body: AsyncIterable<Uint8Array>): Promise<T>;
  /** Posts octets as they are. */
  post<T>(path: string, type: string, body: Uint8Array): Promise<T>;
}

/**
 * @throws KitenError `kiten/site-not-running`, `kiten/token-missing`, and whatever the site refuses with
 */
export async function openClient(options: SiteOptions, environment: Environment): Promise<Client> {
  const { api, token } = await locate(options, environment);

  function ask(method: string, path: string, body?: unknown): Promise<Response> {
    return body === undefined
      ? request(method, path)
      : request(method, path, 'application/json', JSON.stringify(body));
  }

  async function request(
    method: string,
    path: string,
    type?: string,
    body?: string | Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array>,
  ): Promise<Response> {
    const init: RequestInit & { duplex?: 'half' } = { method, headers: { authorization: `Bearer ${token}` } };
    if (body !== undefined && type !== undefined) {
      init.body = body as NonNullable<RequestInit['body']>;
      if (typeof body !== 'string' && !(body instanceof Uint8Array)) init.duplex = 'half';
      init.headers = { ...init.headers, 'content-type': type };
    }
    let response: Response;
    try {
      response = await fetch(`${api}${path}`, init);
    } catch (cause) {
      throw new KitenError(
        'kiten/site-not-running',
        `No site answers at ${api}: start it with \`kiten up\`.`,
        { cause },
      );
    }
    if (response.ok) return response;
    throw await refusal(response);
  }

  return {
    get: async (path) => (await ask('GET', path)).json() as Promise<never>,
    text: async (path) => (await ask('GET', path)).text(),
    bytes: async (path) => new Uint8Array(await (await ask('GET', path)).arrayBuffer()),
    stream: async (path, body) =>
      (await request('POST', path, 'application/octet-stream', body)).json() as Promise<never>,
    post: async (path, type, body) =>
      (await request('POST', path, type, new Uint8Array(body))).json() as Promise<never>,
    async send(method, path, body) {
      const response = await ask(method, path, body);
      return (response.status === 204 ? undefined : await response.json()) as never;
    },
  };
}

async function locate(
  { site, data }: SiteOptions,
  environment: Environment,
): Promise<{ api: string; token: string }> {
  if (site !== undefined) {
    const token = environment.KITEN_TOKEN;
    if (token === undefined || token === '')
      throw new KitenError('kiten/token-missing', 'With --site, put an operator token into KITEN_TOKEN.');
    return { api: `${site.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}/api/v1`, token };
  }
  const directory = dataDirectory(data, environment);
  const layout = layoutOf(directory);
  const notRunning = (cause?: unknown) =>
    new KitenError(
      'kiten/site-not-running',
      `No site is running on ${directory}: start it with \`kiten up --data ${directory}\`.`,
      { cause },
    );
  try {
    const { api, run } = JSON.parse(await readFile(layout.running, 'utf8')) as { api: string; run: string };
    if (!(await answersAs(run, api))) throw notRunning();
    return { api, token: (await readFile(layout.tokenFile, 'utf8')).trim() };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw notRunning(cause);
  }
}

/** After a crash the file may name a port that another program has by now: that one must not get the token. */
async function answersAs(run: string, api: string): Promise<boolean> {
  try {
    const nonce = randomUUID();
    const answer = await fetch(new URL(`/healthz?nonce=${nonce}`, api), { redirect: 'error' });
    return answer.ok && ((await answer.json()) as { proof?: unknown }).proof === proofOfRun(run, nonce);
  } catch (error) {
    // Nobody there, or somebody who speaks something else.
    if (error instanceof TypeError || error instanceof SyntaxError) return false;
    throw error;
  }
}

async function refusal(response: Response): Promise<KitenError> {
  const text = await response.text();
  if (response.headers.get('content-type')?.startsWith('application/problem+json') === true) {
    const problem = parseJsonStrict(text, { bigIntegers: true }) as {
      readonly code: ErrorCode;
      readonly detail: string;
      readonly invariants?: unknown;
    };
    const { code, detail, invariants } = problem;
    return new KitenError(code, detail, invariants === undefined ? {} : { detail: { invariants } });
  }
  return new KitenError(
    'kiten/unexpected-answer',
    `The site answered ${response.status}: ${text.slice(0, 200)}`,
  );
}
