import { manualClock } from '@kiten/codec';
import { expect, it } from 'vitest';
import { HealthDesk, type HealthParts, roomChecks } from '../src/site/health.ts';
import { measureUsage, type Usage } from '../src/site/usage.ts';
import { openApi } from './api-fixture.ts';
import { newFolder, newStore, openSite, start } from './fixtures.ts';

const MIB = 1_048_576;
const quotas = { diskFreeMib: 512, stocksMib: { store: 10, log: 0, sessions: 10, evidence: 10 } };
const usage: Usage = {
  diskFree: 4096 * MIB,
  diskTotal: 8192 * MIB,
  stocks: { store: MIB, log: 900 * MIB, sessions: 8 * MIB, evidence: 10 * MIB },
};

async function desk(parts: Partial<HealthParts> = {}) {
  const clock = manualClock(start);
  const health = new HealthDesk({
    database: await newStore(await newFolder()),
    clock,
    quotas,
    measure: async () => usage,
    waiting: () => 0,
    gatewayHeardAt: () => start,
    warnings: () => [],
    isUp: () => true,
    ...parts,
  });
  return { health, clock };
}

const codesOf = ({ checks }: Awaited<ReturnType<HealthDesk['check']>>) =>
  checks.filter(({ state }) => state !== 'ok').map(({ state, code }) => `${state} ${code}`);

it('finds a site well that has what it needs', async () => {
  const { health } = await desk();
  expect(await health.check()).toMatchObject({ status: 'ready' });
});

it('warns before a quota is reached, and says that it is', async () => {
  const { health } = await desk();
  await health.measure();
  const found = await health.check();
  expect(found.status).toBe('degraded');
  expect(codesOf(found)).toEqual(['warning kiten/quota-near', 'warning kiten/quota-reached']);
  expect(found.checks.find(({ name }) => name === 'log')).toMatchObject({ state: 'ok' });
});

it.each([
  [600, 'ok'],
  [511, 'warning'],
  [128, 'warning'],
  [127, 'failing'],
])('with %i MiB free on the disk, it is %s', (free, state) => {
  const [disk] = roomChecks({ ...usage, diskFree: free * MIB }, quotas);
  expect(disk).toMatchObject({ name: 'disk', state, used: free * MIB, limit: 512 * MIB });
});

it('is not ready without its log, its gateway or its store, and says which', async () => {
  expect(codesOf(await (await desk({ waiting: () => 3 })).health.check())).toEqual([
    'failing kiten/log-behind',
  ]);
  expect(codesOf(await (await desk({ isUp: () => false })).health.check())).toEqual(['failing kiten/not-up']);
  const silent = await desk();
  silent.clock.advance(16_000);
  expect(codesOf(await silent.health.check())).toEqual(['failing kiten/gateway-silent']);
  const database = await newStore(await newFolder());
  const closed = await desk({ database });
  await database.schema.dropTable('facts').execute();
  expect(await closed.health.check()).toMatchObject({ status: 'not ready' });
});

it('measures what is there', async () => {
  const site = await openSite(await newFolder());
  await site.admit('pump-1');
  const measured = await measureUsage(site.layout);
  expect(measured.stocks.store).toBeGreaterThan(10_000);
  expect(measured.stocks.log).toBeGreaterThan(1000);
  expect(measured.stocks.sessions).toBe(0);
  expect(measured.diskFree).toBeLessThanOrEqual(measured.diskTotal);
});

it('tells whoever watches over the site the reasons, and operators the amounts', async () => {
  const site = await openApi();
  expect(await site.ask('GET', '/readyz')).toMatchObject({
    status: 200,
    body: { status: 'ready', reasons: [] },
  });
  const token = await site.operator('viewer');
  await site.services.health.measure();
  const { body } = await site.ask('GET', 'health', { token });
  expect(body.checks.map(({ name }: { name: string }) => name)).toEqual([
    'site',
    'store',
    'log',
    'gateway',
    'disk',
    'store',
    'log',
    'sessions',
    'evidence',
  ]);
  expect((await site.ask('GET', 'health')).status).toBe(401);
  expect((await site.ask('GET', '/metrics')).body).toMatch(/^kiten_stock_bytes\{stock="log"\} \d+$/m);
});
