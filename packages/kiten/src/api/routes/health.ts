import Type from 'typebox';
import { proofOfRun } from '../../site/secrets.ts';
import type { SiteServices } from '../../site/services.ts';
import { gatewayMetrics } from '../gateway-metrics.ts';
import type { Api } from '../server.ts';

/** For what watches over the site from outside: is it alive, is it ready, and figures for Prometheus. */
export function healthRoutes(api: Api, services: SiteServices): void {
  const nonce = Type.Optional(Type.String({ minLength: 16, maxLength: 128 }));
  const open = { config: { open: true }, schema: { hide: true } } as const;
  // With a nonce the answer shows to whoever can read the site's owner-only files that it is that site.
  api.get(
    '/healthz',
    { config: { open: true }, schema: { hide: true, querystring: Type.Object({ nonce }) } },
    async ({ query }) =>
      query.nonce === undefined
        ? { status: 'alive' }
        : { status: 'alive', proof: proofOfRun(services.run, query.nonce) },
  );
  api.get('/readyz', open, async (_request, reply) => {
    const { status, checks } = await services.health.check();
    const reasons = checks.filter(({ state }) => state !== 'ok');
    return reply.code(status === 'not ready' ? 503 : 200).send({
      status,
      reasons: reasons.map(({ name, state, code, message }) => ({ name, state, code, message })),
    });
  });
  api.get('/metrics', open, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics(services)),
  );
}

/** The same for operators, with amounts and bounds. */
export function healthViewRoutes(api: Api, { health }: SiteServices): void {
  api.get(
    '/health',
    { schema: { summary: 'What of the site is well, and what is not', response: { 200: healthView } } },
    async () => {
      const { status, checks } = await health.check();
      return { status, checks: [...checks] };
    },
  );
}

const healthView = Type.Object({
  status: Type.Enum(['ready', 'degraded', 'not ready']),
  checks: Type.Array(
    Type.Object({
      name: Type.String(),
      state: Type.Enum(['ok', 'warning', 'failing']),
      code: Type.Optional(Type.String()),
      message: Type.String(),
      used: Type.Optional(Type.Number({ description: 'Bytes' })),
      limit: Type.Optional(Type.Number({ description: 'Bytes' })),
    }),
  ),
});

function metrics({ book, presence, ledger, hub, health, gatewayStatistics }: SiteServices): string {
  const byStatus = new Map<string, number>();
  for (const { verdict } of book.all()) byStatus.set(verdict.status, (byStatus.get(verdict.status) ?? 0) + 1);
  const lines = [
    ...gauge(
      'kiten_devices',
      'Devices by the status of their verdict',
      [...byStatus].map(([status, n]) => [`{status="${status}"}`, n]),
    ),
    ...gauge('kiten_devices_connected', 'Devices with at least one connection', [['', presence.devices]]),
    ...gauge('kiten_log_entries', 'Entries in the log', [['', ledger.size]]),
    ...(health.usage === undefined
      ? []
      : [
          ...gauge('kiten_disk_free_bytes', 'Room on the disk', [['', health.usage.diskFree]]),
          ...gauge(
            'kiten_stock_bytes',
            'What the site has on the disk',
            Object.entries(health.usage.stocks).map(([stock, bytes]) => [`{stock="${stock}"}`, bytes]),
          ),
        ]),
    ...gauge('kiten_event_listeners', 'Readers of the event stream', [['', hub.listeners]]),
    ...Object.entries(gatewayStatistics()).flatMap(([name, value]) => {
      const [kind, help] = gatewayMetrics[name as keyof typeof gatewayMetrics];
      const metric = `kiten_gateway_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
      return measured(kind, metric, help, [['', value]]);
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function gauge(name: string, help: string, values: readonly (readonly [string, number])[]): string[] {
  return measured('gauge', name, help, values);
}

function measured(
  kind: 'gauge' | 'counter',
  name: string,
  help: string,
  values: readonly (readonly [string, number])[],
): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${kind}`,
    ...values.map(([labels, value]) => `${name}${labels} ${value}`),
  ];
}
