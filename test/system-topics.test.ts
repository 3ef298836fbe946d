import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { enrol, mosquittoOptions } from './device.ts';
import { run, TestSite } from './kiten.ts';
import { Mosquitto } from './mosquitto.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto', 'mosquitto'),
  requireTool('mosquitto_sub', 'mosquitto-clients'),
].every(Boolean);

/** What a client is told below $SYS within a few seconds. */
async function told(options: readonly string[]): Promise<Map<string, string>> {
  const { stdout } = await run('mosquitto_sub', [
    ...options,
    '-t',
    '$SYS/broker/#',
    '-F',
    '%t=%p',
    '-W',
    '8',
  ]);
  return new Map(
    stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('=', 2) as [string, string]])),
  );
}

it.skipIf(!tools)('a site tells below $SYS what Mosquitto tells, to whom policy permits it', async () => {
  await using site = await TestSite.start();
  const folder = await mkdtemp(join(tmpdir(), 'kiten-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await using mosquitto = await Mosquitto.start(folder, 'allow_anonymous true\nsys_interval 1\n');
  const watcher = await enrol(site, 'watcher-1', '--group', 'observers');
  const pump = await enrol(site, 'pump-1');
  const [ours, theirs, nothing] = await Promise.all([
    told([...mosquittoOptions(site, watcher), '-i', 'watcher-1']),
    told(['-h', 'localhost', '-p', String(mosquitto.port)]),
    told([...mosquittoOptions(site, pump), '-i', 'pump-1']),
  ]);
  expect(theirs.size).toBeGreaterThan(45);
  // The bytes of payloads would have to be counted message by message.
  const missing = [...theirs.keys()].filter((topic) => !ours.has(topic));
  expect(missing.filter((topic) => !topic.startsWith('$SYS/broker/publish/bytes/'))).toEqual([]);
  expect(ours.get('$SYS/broker/version')).toMatch(/^Kiten /);
  expect(ours.get('$SYS/broker/uptime')).toMatch(/^\d+ seconds$/);
  expect(Number(ours.get('$SYS/broker/heap/current'))).toBeGreaterThan(1_000_000);
  expect(nothing.size).toBe(0);
});

it('a site tells Prometheus which figures only grow', async () => {
  await using site = await TestSite.start();
  const metrics = await site.until(async () => {
    const text = await (await fetch(new URL('/metrics', site.ready.console))).text();
    return text.includes('kiten_gateway_received') ? text : undefined;
  }, 'the figures of the gateway');
  expect(metrics).toContain('# TYPE kiten_gateway_received counter');
  expect(metrics).toContain('# TYPE kiten_gateway_connections gauge');
  expect(metrics).toMatch(/^# HELP kiten_gateway_payloads_refused Publications that policy allowed/m);
  expect(metrics).toMatch(/^kiten_gateway_heap_bytes [1-9]\d{6,}$/m);
});
