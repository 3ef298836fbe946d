import { signInAgain, tooLongAgo } from '../state/sign-in-again.ts';
import { Problem, problemIn, unreachable } from './problem.ts';
import type { Device, DeviceDetail, DevicePage, LogEntry, Operator, Site, Waiting } from './types.ts';

const base = '/api/v1';
const DEVICES_A_PAGE = 10_000;

export type Verb = 'quarantine' | 'release' | 'revoke';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** @throws Problem when the site refuses or cannot be reached. */
export async function ask(method: Method, path: string, body?: unknown): Promise<unknown> {
  let bytes: Uint8Array;
  try {
    bytes = await askBytes(method, path, body);
  } catch (error) {
    // Whoever has signed in long ago is asked to do so again, and what was wanted is asked once more.
    if (!(error instanceof Problem) || error.code !== tooLongAgo || !(await signInAgain(error))) throw error;
    bytes = await askBytes(method, path, body);
  }
  return bytes.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(bytes));
}

/** The same for an answer that is no JSON. */
export async function askBytes(method: Method, path: string, body?: unknown): Promise<Uint8Array> {
  const init: RequestInit = { method, credentials: 'same-origin', cache: 'no-store' };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  let response: Response;
  let bytes: Uint8Array;
  try {
    response = await fetch(`${base}${path}`, init);
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new Problem(0, unreachable, cause instanceof Error ? cause.message : String(cause), { cause });
  }
  if (!response.ok) throw problemIn(response.status, documentIn(bytes));
  return bytes;
}

function documentIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

export const devicePath = (id: string) => `/devices/${encodeURIComponent(id)}`;

/** What the console asks of the site. Every call throws a `Problem` when it is refused. */
export const api = {
  signIn: (link: string) => ask('POST', '/sign-in', { link }) as Promise<Operator>,
  signOut: () => ask('POST', '/sign-out') as Promise<undefined>,
  me: () => ask('GET', '/me') as Promise<Operator>,
  site: () => ask('GET', '/site') as Promise<Site>,
  device: (id: string) => ask('GET', devicePath(id)) as Promise<DeviceDetail>,
  act: (verb: Verb, id: string, reason: string) =>
    ask('POST', `${devicePath(id)}/${verb}`, { reason }) as Promise<DeviceDetail | Waiting>,
  clear: (id: string, code: string, part: string, reason: string) =>
    ask('POST', `${devicePath(id)}/clear`, { code, part, reason }) as Promise<DeviceDetail | Waiting>,
  async lastEntries(count: number): Promise<readonly LogEntry[]> {
    const { entries } = (await ask('GET', `/log/entries?last=${count}`)) as { entries: readonly LogEntry[] };
    return entries;
  },
  /** The whole fleet, page by page. */
  async devices(): Promise<readonly Device[]> {
    const all: Device[] = [];
    for (;;) {
      const after = all.at(-1)?.id;
      const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
      const { devices, total } = (await ask('GET', `/devices?limit=${DEVICES_A_PAGE}${query}`)) as DevicePage;
      all.push(...devices);
      if (devices.length === 0 || all.length >= total) return all;
    }
  },
};
