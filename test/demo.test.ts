import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TestSite } from './kiten.ts';

const launcher = fileURLToPath(new URL('../packages/kiten/bin/kiten.mjs', import.meta.url));

describe('the demonstration', () => {
  it('says where it is, how to sign in and what to try, and leaves nothing behind', async () => {
    const child = spawn(process.execPath, [launcher, 'demo', '--ports', 'random'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const announced = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
        if (output.includes('simulated devices')) resolve();
      });
    });
    await Promise.race([announced, once(child, 'exit')]);
    expect(output).toMatch(/console +http:\/\/localhost:\d+\//);
    expect(output).toMatch(/sign in, once +http:\/\/localhost:\d+\/#sign-in=ktl_/);
    expect(output).toMatch(/CA SHA-256 +([0-9A-F]{2}:){31}[0-9A-F]{2}/);
    expect(output.match(/npx kiten .+/g)).toHaveLength(3);
    const directory = /data directory +(\S+)/.exec(output)?.[1] ?? '';
    expect(existsSync(directory)).toBe(true);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(existsSync(directory)).toBe(false);
  });

  it('has a fleet of real clients that enrolled, connected and publish', async () => {
    await using site = await TestSite.start(undefined, 'demo');
    const devices = await site.until(async () => {
      const all = await site.json<{ status: string; connections: unknown[] }[]>('device', 'list');
      return all.length === 21 && all.every(({ connections }) => connections.length > 0) ? all : undefined;
    }, 'a connected fleet');
    expect(new Set(devices.map(({ status }) => status))).toEqual(new Set(['affirming']));
    const metrics = await site.until(async () => {
      const text = await (await fetch(new URL('/metrics', site.ready.console))).text();
      return /kiten_gateway_received [1-9]/.test(text) ? text : undefined;
    }, 'readings');
    expect(metrics).toContain('kiten_devices_connected 21');
  });
});
