import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeLog } from './busy-site.ts';
import {
  certificateOf,
  type DeviceFiles,
  enrol,
  est,
  makeRequest,
  mosquittoOptions,
  publish,
} from './device.ts';
import { run, TestSite } from './kiten.ts';
import { refusal } from './outcomes.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_sub', 'mosquitto-clients'),
].every(Boolean);

interface Ca {
  readonly kind: string;
  readonly state: string;
  readonly id: string;
}

describe.skipIf(!tools)('a new issuing CA', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  let controller: DeviceFiles;
  let stolen: DeviceFiles;
  let before: Ca[];
  beforeAll(async () => {
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
    stolen = await enrol(site, 'stolen-1');
    controller = await enrol(site, 'controller-1', '--group', 'controllers');
    before = await site.json('ca', 'list');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const sends = (device: DeviceFiles, text: string) =>
    publish(site, device, 'mqttv5', '-q', '1', '-t', `d/${device.id}/x`, '-m', text);

  it('takes over without cutting anybody who is connected', async () => {
    const options = [
      ...mosquittoOptions(site, controller),
      '-i',
      'controller-1',
      '-t',
      'd/pump-1/#',
      '-C',
      '2',
      '-d',
    ];
    const child = spawn('stdbuf', ['-oL', 'mosquitto_sub', ...options, '-q', '1', '-W', '100']);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    const ended = once(child, 'close');
    await site.until(() => output.includes('SUBACK') || undefined, 'subscription');
    await sends(pump, 'before');
    const after = await site.json<Ca[]>('ca', 'rollover', '--reason', 'in good time');
    expect(after.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'root current',
      'issuing current',
      'issuing previous',
    ]);
    expect(after[2]?.id).toBe(before[1]?.id);
    expect((await sends(pump, 'after')).code).toBe(0);
    await ended;
    expect(output.split('\n')).toEqual(expect.arrayContaining(['before', 'after']));
    expect(output.match(/sending CONNECT/g)).toHaveLength(1);
    const [entry] = (await wholeLog(site)).filter(({ type }) => type === 'authority/rolled-over');
    expect(entry).toMatchObject({ reason: 'in good time', data: { issuer: after[1]?.id } });
  });

  it('is served with its predecessor by EST, and presented by the site under the root that devices have', async () => {
    const { body } = await est(site, 'cacerts');
    const { stdout } = await run('openssl', ['pkcs7', '-inform', 'DER', '-print_certs'], {
      input: Buffer.from(body, 'base64'),
    });
    const subjects = stdout.match(/Kiten (root|issuing) CA [0-9a-f]{8}(?=\n\n?issuer)/g) ?? [];
    expect(new Set(subjects).size).toBe(3);
    const port = site.ready.mqtts.split(':')[1];
    const shown = await run(
      'openssl',
      ['s_client', '-connect', `localhost:${port}`, '-CAfile', site.ready.ca],
      { input: '' },
    );
    expect(shown.stdout).toContain('Verify return code: 0 (ok)');
    const [, current] = await site.json<Ca[]>('ca', 'list');
    expect(shown.stdout).toContain(`Kiten issuing CA ${current?.id.slice(0, 8)}`);
  });

  it('certifies whoever renews, with the certificate of before', async () => {
    const folder = join(site.directory, 'renewed');
    const request = await makeRequest(folder, '/CN=pump-1');
    const answer = await est(
      site,
      'simplereenroll',
      ['--cert', pump.certificate, '--key', pump.key],
      request,
    );
    const renewed = {
      id: 'pump-1',
      folder,
      key: join(folder, 'key.pem'),
      certificate: join(folder, 'certificate.pem'),
    };
    await certificateOf(answer, renewed.certificate);
    const [, current] = await site.json<Ca[]>('ca', 'list');
    const { stdout } = await run('openssl', ['x509', '-in', renewed.certificate, '-noout', '-issuer']);
    expect(stdout).toContain(current?.id.slice(0, 8));
    expect((await sends(renewed, 'renewed')).code).toBe(0);
    expect((await sends(await enrol(site, 'new-1'), 'new')).code).toBe(0);
  });

  it('does not let those back in whom its predecessor revoked, nor after a start', async () => {
    expect((await sends(stolen, 'still here')).code).toBe(0);
    await site.json('device', 'revoke', 'stolen-1', '--reason', 'stolen');
    expect((await sends(stolen, 'x')).code).not.toBe(0);
    await site.signal('SIGTERM');
    await site.up();
    expect(await site.json<Ca[]>('ca', 'list')).toHaveLength(3);
    expect((await sends(stolen, 'x')).code).not.toBe(0);
    expect((await sends(controller, 'from the CA of before')).code).toBe(0);
  });

  it('comes about with the root’s key only', async () => {
    const key = join(site.data, 'keys', 'root.key.pem');
    const away = join(site.directory, 'root.key.pem');
    await rename(key, away);
    const without = await site.kiten('ca', 'rollover', '--reason', 'x', '--json');
    expect(refusal(without)).toBe('identity/key-file-missing');
    const other = join(site.directory, 'other.pem');
    await writeFile(other, await readFile(pump.key), { mode: 0o600 });
    const forged = await site.kiten('ca', 'rollover', '--root-key', other, '--reason', 'x', '--json');
    expect(refusal(forged)).toBe('identity/authority-chain-broken');
    expect(await site.json<Ca[]>('ca', 'list')).toHaveLength(3);
    expect(await site.json<Ca[]>('ca', 'rollover', '--root-key', away, '--reason', 'again')).toHaveLength(4);
    expect((await sends(controller, 'two CAs later')).code).toBe(0);
  });
});
