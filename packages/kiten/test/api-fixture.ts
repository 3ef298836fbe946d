import { encodePem, type ManualClock } from '@kiten/codec';
import { onTestFinished } from 'vitest';
import { type Api, buildApi } from '../src/api/server.ts';
import { findingRegistry } from '../src/site/appraisal.ts';
import { ApprovalDesk } from '../src/site/approvals.ts';
import { CertificateAuthorityDesk } from '../src/site/authority-desk.ts';
import { type ApprovalAction, drasticActions } from '../src/site/drastic-actions.ts';
import { HealthDesk } from '../src/site/health.ts';
import { listenLocally } from '../src/site/local-listener.ts';
import type { Role } from '../src/site/operators.ts';
import { PresenceBoard } from '../src/site/presence.ts';
import type { SiteServices } from '../src/site/services.ts';
import { openStandingDesk } from '../src/site/standing.ts';
import { StoryBoard } from '../src/site/story-board.ts';
import { measureUsage } from '../src/site/usage.ts';
import { day, type InnerSite, newFolder, newOperator, openSite, random } from './fixtures.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the API answers
  readonly body: any;
  readonly raw?: Buffer;
}

export interface Question {
  readonly token?: string;
  readonly cookie?: string;
  readonly origin?: string;
  readonly host?: string;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string | Buffer;
  readonly type?: string;
}

/** The API over an inner site, without a port. */
export interface ApiSite extends InnerSite {
  readonly api: Api;
  readonly services: SiteServices;
  /** A token of an operator in this role. */
  operator(role: Role): Promise<string>;
  ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, question?: Question): Promise<Answer>;
  /** Lets it answer at a port of its own. @returns the API’s address */
  listen(): Promise<string>;
}

/** The session that an answer begins. */
export function cookieOf({ headers }: Answer): string {
  return /kiten_session=([^;]+)/.exec(String(headers['set-cookie']))?.[1] ?? '';
}

/** @param clock the site's, for tests whose peers look at the real one @param needed actions that take two people */
export async function openApi({
  clock,
  needed = [],
}: {
  clock?: ManualClock;
  needed?: readonly ApprovalAction[];
} = {}): Promise<ApiSite> {
  const site = await openSite(await newFolder(), clock === undefined ? {} : { clock });
  const standing = openStandingDesk(site.trust, async () => undefined);
  const services: SiteServices = {
    ...site,
    startedAt: site.clock.now(),
    run: site.options.run,
    consoleNames: ['console.test'],
    caFingerprint: site.keys.authority.fingerprint,
    addresses: { console: 'c', api: 'a', device: 'd', mqtts: 'm' },
    logger: site.options.logger,
    registry: findingRegistry,
    certificateAuthorities: new CertificateAuthorityDesk({ ...site, renewTls: async () => undefined }),
    standing,
    approvals: await ApprovalDesk.open({
      ...site,
      random,
      actions: drasticActions({ ...site, standing }),
      needed,
      patience: day,
    }),
    presence: new PresenceBoard(),
    story: new StoryBoard(site.hub, site.clock),
    logKey: site.keys.log.publicKey,
    logEntries: 'operators',
    verifierKey: encodePem('PUBLIC KEY', site.keys.verifier.publicKey),
    warnings: () => [],
    events: { all: () => [], test: async () => undefined },
    health: new HealthDesk({
      ...site,
      quotas: site.options.configuration.quotas,
      measure: () => measureUsage(site.layout),
      waiting: () => site.journal.waiting,
      gatewayHeardAt: () => site.clock.now(),
      warnings: () => [],
      isUp: () => true,
    }),
    reload: async () => ({ named: [], atNextStart: [] }),
    gatewayStatistics: () => ({}),
  };
  const api = await buildApi(services);
  onTestFinished(() => api.close());
  let operators = 0;
  return {
    ...site,
    api,
    services,
    operator: (role) => newOperator(site, `${role}-${++operators}`, role),
    async ask(method, path, { token, cookie, origin, host = 'localhost:7080', body, text, type } = {}) {
      const payload = text ?? (body === undefined ? undefined : JSON.stringify(body));
      const answer = await api.inject({
        method,
        url: path.startsWith('/') ? path : `/api/v1/${path}`,
        headers: {
          host,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(cookie === undefined ? {} : { cookie: `kiten_session=${cookie}` }),
          ...(origin === undefined ? {} : { origin }),
          ...(payload === undefined ? {} : { 'content-type': type ?? 'application/json' }),
        },
        ...(payload === undefined ? {} : { payload }),
      });
      const isJson = String(answer.headers['content-type']).includes('json');
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: isJson ? answer.json() : answer.body,
        raw: answer.rawPayload,
      };
    },
    async listen() {
      const { port, close } = await listenLocally(api, 0);
      onTestFinished(() => close());
      return `http://127.0.0.1:${port}/api/v1`;
    },
  };
}
