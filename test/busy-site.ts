import { connectAsync } from 'mqtt';
import { type Credentials, enrol } from '../packages/kiten/src/demo/enrol.ts';
import type { TestSite } from './kiten.ts';

/** An answer of the API: the body, parsed. */
export async function api<T = Record<string, unknown>>(
  site: TestSite,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: T }> {
  const response = await site.fetch(path, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
}

export interface LogEntry {
  readonly index: number;
  readonly type: string;
  readonly subject?: string;
  readonly reason?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The whole log, as the running site reads it. */
export async function wholeLog(site: TestSite): Promise<LogEntry[]> {
  const all: LogEntry[] = [];
  for (;;) {
    const page = await api<{ size: number; entries: LogEntry[] }>(
      site,
      'GET',
      `/log/entries?from=${all.length}&count=1000`,
    );
    all.push(...page.body.entries);
    if (all.length >= page.body.size) return all;
  }
}

export interface DeviceState {
  readonly id: string;
  readonly standing: string;
  readonly standingReason?: string;
}

export async function devicesOf(site: TestSite): Promise<Map<string, DeviceState>> {
  const { body } = await api<{ devices: { id: string }[] }>(site, 'GET', '/devices?limit=10000');
  const all = body.devices.map(({ id }) => api<DeviceState>(site, 'GET', `/devices/${id}`));
  return new Map((await Promise.all(all)).map(({ body }) => [body.id, body]));
}

/** Connects as a device over mutual TLS. */
export async function joinAs(site: TestSite, id: string, { key, certificate, ca }: Credentials) {
  const port = Number(site.ready.mqtts.split(':')[1]);
  const client = await connectAsync(
    `mqtts://localhost:${port}`,
    { protocolVersion: 5, clientId: id, reconnectPeriod: 0, key, cert: certificate, ca },
    false,
  );
  client.on('error', () => client.connected);
  return client;
}

/** What the site acknowledged, and so must never lose. */
export class Acknowledged {
  readonly tokens = new Set<string>();
  readonly devices = new Map<string, Credentials>();
  /** The reasons of the decisions, each unlike any other. */
  readonly decisions = new Set<string>();
  /** Which decisions a device's present state may come from: the last acknowledged, or one still under way. */
  readonly standings = new Map<string, Set<string>>();
}

/**
 * Keeps a site busy with tokens, enrolments and decisions until it no longer answers, and notes what it
 * acknowledged. Several of these may run side by side, each under its own name.
 */
export async function keepBusy(
  site: TestSite,
  ca: string,
  name: string,
  { tokens, devices, decisions, standings }: Acknowledged,
): Promise<void> {
  for (let count = 0; ; count++) {
    const id = `${name}-${count}`;
    const made = await unlessGone(() =>
      api<{ token: string; id: string }>(site, 'POST', '/tokens', { device: id }),
    );
    if (made === undefined) return;
    mustBe(201, made);
    tokens.add(made.body.id);
    const credentials = await unlessGone(() => enrol(site.ready.device, ca, id, made.body.token));
    if (credentials === undefined) return;
    devices.set(id, credentials);
    for (const verb of count % 2 === 0 ? ['quarantine', 'release', 'quarantine'] : ['quarantine', 'revoke']) {
      const reason = `${id} ${verb} ${decisions.size} ${count}`;
      const before = [...(standings.get(id) ?? [])];
      standings.set(id, new Set([...before, reason]));
      const decided = await unlessGone(() => api(site, 'POST', `/devices/${id}/${verb}`, { reason }));
      if (decided === undefined) return;
      mustBe(200, decided);
      decisions.add(reason);
      standings.set(id, new Set([reason]));
    }
  }
}

function mustBe(status: number, answer: { status: number; body: unknown }): void {
  if (answer.status !== status) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
}

const gone = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Undefined if nobody answers any more: then nothing was acknowledged. */
async function unlessGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const { code, cause } = error as { code?: string; cause?: { code?: string } };
    if (gone.has(code ?? '') || gone.has(cause?.code ?? '')) return undefined;
    throw error;
  }
}
