import { Problem, problemIn, unreachable } from './problem.ts';
import type { Device, DeviceDetail, DevicePage, LogEntry, Operator, Site } from './types.ts';

const base = '/api/v1';
const DEVICES_A_PAGE = 10_000;

export type Verb = 'quarantine' | 'release' | 'revoke';

/** @throws Problem when the site refuses or cannot be reached. */
async function ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  const init: RequestInit = { method, credentials: 'same-origin', cache: 'no-store' };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(`${base}${path}`, init);
    const text = await response.text();
    answer = text === '' ? undefined : JSON.parse(text);
  } catch (cause) {
    throw new Problem(0, unreachable, cause instanceof Error ? cause.message : String(cause), { cause });
  }
  if (!response.ok) throw problemIn(response.status, answer);
  return answer;
}

const device = (id: string) => `/devices/${encodeURIComponent(id)}`;

/** What the console asks of the site. Every call throws a `Problem` when it is refused. */
export const api = {
  signIn: (link: string) => ask('POST', '/sign-in', { link }) as Promise<Operator>,
  signOut: () => ask('POST', '/sign-out') as Promise<undefined>,
  me: () => ask('GET', '/me') as Promise<Operator>,
  site: () => ask('GET', '/site') as Promise<Site>,
  device: (id: string) => ask('GET', device(id)) as Promise<DeviceDetail>,
  act: (verb: Verb, id: string, reason: string) =>
    ask('POST', `${device(id)}/${verb}`, { reason }) as Promise<DeviceDetail>,
  clear: (id: string, code: string, reason: string) =>
    ask('POST', `${device(id)}/clear`, { code, reason }) as Promise<DeviceDetail>,
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
