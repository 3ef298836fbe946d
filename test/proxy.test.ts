import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFiles, enrol, est } from './device.ts';
import { Haproxy, hasHaproxy } from './haproxy.ts';
import { run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  hasHaproxy(),
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_sub', 'mosquitto-clients'),
].every(Boolean);

/** The proxy's own address, and that of a client behind it. */
const [balancer, client] = ['127.0.0.2', '127.0.0.3'];

describe.skipIf(!tools)('behind HAProxy', () => {
  let site: TestSite;
  let device: DeviceFiles;
  let proxy: Haproxy;
  let secret = '';
  const listening: ChildProcess[] = [];

  beforeAll(async () => {
    site = await TestSite.start();
    device = await enrol(site, 'pump-1');
    await site.signal('SIGTERM');
    const file = join(site.data, 'kiten.toml');
    const text = await readFile(file, 'utf8');
    const balancers = `from = ["${balancer}/32", "::1"]`;
    const ports = text
      .replace(/^# from = .*$/m, balancers)
      .replace(/^# {3}port = 8884.*$/m, 'port = 0')
      .replace(/^# {3}plain_port = 1883.*$/m, 'plain_port = 0');
    await writeFile(file, ports);
    await site.up();
    ({ password: secret } = await site.json<{ password: string }>('device', 'password', 'meter-1'));
    const v4 = (port: string) => `127.0.0.1:${port}`;
    const [mqtts, https, passwords, plain] = [
      site.ready.mqtts,
      site.ready.device,
      site.ready.passwords ?? '',
      site.ready.plainPasswords ?? '',
    ].map((address) => address.split(':').at(-1) ?? '') as [string, string, string, string];
    const from = balancer;
    const checked = 'check check-send-proxy inter 100ms';
    proxy = await Haproxy.start([
      { at: '127.0.0.1', to: v4(mqtts), from, options: 'send-proxy' },
      {
        at: '127.0.0.1',
        to: v4(mqtts),
        from,
        options: `send-proxy-v2 proxy-v2-options crc32c,unique-id ${checked}`,
      },
      { at: '127.0.0.1', to: `[::1]:${mqtts}`, options: 'send-proxy-v2' },
      { at: '::1', to: v4(mqtts), from, options: 'send-proxy' },
      { at: '::1', to: v4(mqtts), from, options: 'send-proxy-v2' },
      { at: '127.0.0.1', to: v4(https), from, options: 'send-proxy-v2 proxy-v2-options crc32c' },
      { at: '127.0.0.1', to: v4(passwords), from, options: 'send-proxy' },
      { at: '127.0.0.1', to: v4(plain), from, options: 'send-proxy-v2' },
      { at: '127.0.0.1', to: v4(mqtts), from, options: '' },
    ]);
  });
  /** A `mosquitto_sub` that is told to end while it still connects may not: its signal handler is not safe. */
  async function stopListening(): Promise<void> {
    for (const child of listening.splice(0)) if (child.kill('SIGKILL')) await once(child, 'exit');
  }
  afterEach(stopListening);
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });

  const port = (nth: number): string => String(proxy.ports[nth]);
  const tls = () => ['--cafile', site.ready.ca];
  const certificate = () => [...tls(), '--cert', device.certificate, '--key', device.key];
  /** Leaves a client listening. @returns the address that the site sees it at */
  async function seen(id: string, args: readonly string[], expected: string): Promise<void> {
    const child = spawn('mosquitto_sub', [...args, '-i', id, '-t', `c/${id}/#`], { stdio: 'ignore' });
    listening.push(child);
    const addresses = async () => {
      const answer = await (await site.fetch(`/devices/${id}`)).json();
      return (answer as { connections: { address: string }[] }).connections.map(({ address }) => address);
    };
    await expect.poll(addresses).toEqual([expected]);
  }

  it.each([
    [0, 'version 1, over IPv4', '127.0.0.1', client],
    [1, 'version 2 with a checksum, over IPv4', '127.0.0.1', client],
    [2, 'version 2, over IPv6 for a client of IPv4', '127.0.0.1', client],
    [3, 'version 1, for a client of IPv6', '::1', '::1'],
    [4, 'version 2, for a client of IPv6', '::1', '::1'],
  ])('a device is seen at its own address: relay %i, %s', async (nth, _what, host, address) => {
    const bind = host === '::1' ? [] : ['-A', address];
    await seen('pump-1', ['-h', host, '-p', port(nth), ...bind, ...certificate()], address);
  });

  it('so are those that know only a password, with TLS and without', async () => {
    const secrets = ['-u', 'meter-1', '-P', secret];
    for (const [nth, security] of [
      [6, tls()],
      [7, []],
    ] as const) {
      await seen(
        'meter-1',
        ['-h', '127.0.0.1', '-p', port(nth), '-A', client, ...security, ...secrets],
        client,
      );
      await stopListening();
    }
  });

  it('whoever is refused at enrolment is on record with their own address', async () => {
    const url = `https://127.0.0.1:${port(5)}/.well-known/est/simpleenroll`;
    const form = ['-H', 'Content-Type: application/pkcs10', '--data-binary', 'x', '-u', 'pump-9:wrong'];
    const common = ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '--cacert', site.ready.ca];
    const { stdout } = await run('curl', [...common, '--interface', client, ...form, url]);
    expect(stdout).toMatch(/^4\d\d$/);
    const refused = async () =>
      (await site.json<{ type: string; data: { address?: string } }[]>('log', 'show', '--last', '20'))
        .filter(({ type }) => type === 'enrolment/refused')
        .map(({ data }) => data.address);
    await expect.poll(refused).toEqual([client]);
  });

  it('curl speaks the protocol too, and a device without a proxy comes in as ever', async () => {
    expect((await est(site, 'cacerts', ['--haproxy-protocol', '-4', '--interface', balancer])).status).toBe(
      200,
    );
    expect((await est(site, 'cacerts', ['--haproxy-protocol', '-6'])).status).toBe(200);
    expect((await est(site, 'cacerts', ['-4'])).status).toBe(200);
  });

  it('a header from elsewhere, and none from a proxy, are refused as what they are', async () => {
    const url = `${site.ready.device}/.well-known/est/cacerts`;
    const curl = async (...args: string[]) =>
      (await run('curl', ['-sS', '--cacert', site.ready.ca, ...args, url])).code;
    expect(await curl('--haproxy-protocol', '-4', '--interface', client)).not.toBe(0);
    expect(await curl('-4', '--interface', balancer)).not.toBe(0);
    const [, mqtts = ''] = site.ready.mqtts.split(':');
    const publish = [
      '-V',
      'mqttv5',
      '-i',
      'pump-1',
      '-t',
      'd/pump-1/t',
      '-m',
      'x',
      '-h',
      '127.0.0.1',
      ...certificate(),
    ];
    expect((await run('mosquitto_pub', [...publish, '-p', port(8), '-A', client])).code).not.toBe(0);
    expect((await run('mosquitto_pub', [...publish, '-p', mqtts, '-A', client])).code).toBe(0);
    const codes = () =>
      [...site.errors.matchAll(/"code":"gateway\/(proxy-[a-z]+)","address":"([^"]+)"/g)].map(
        ([, code, address]) => `${code} ${address}`,
      );
    await expect
      .poll(() => codes().sort())
      .toEqual([`proxy-missing ${balancer}`, `proxy-missing ${balancer}`, `proxy-unexpected ${client}`]);
  });

  it('what only looks whether the site is there is nobody’s fault', async () => {
    const count = async (): Promise<number> => {
      const metrics = await (await fetch(new URL('/metrics', site.ready.console))).text();
      return Number(/^kiten_\w*handshakes_?[rR]efused\w* (\d+)$/m.exec(metrics)?.[1]);
    };
    // The balancer looks ten times a second, and the gateway tells its counts every two seconds: what was told late
    // once more is told in time the next time, and what counted looks would never stand still.
    const difference = async () => {
      const before = await count();
      await pause(2_500);
      return before === 0 ? undefined : (await count()) - before;
    };
    await expect.poll(difference).toBe(0);
  });
});
