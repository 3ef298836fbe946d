import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeLog } from './busy-site.ts';
import { type DeviceFiles, enrol, mosquittoOptions } from './device.ts';
import { run, TestSite } from './kiten.ts';
import { refusal } from './outcomes.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_sub', 'mosquitto-clients'),
].every(Boolean);
const name = 'mqtt.plant-7.example';

describe.skipIf(!tools)('a running site that reads its configuration again', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  beforeAll(async () => {
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const inSite = (file: string): string => join(site.data, file);

  async function makeCertificate(commonName: string, host = name): Promise<void> {
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '30',
    ];
    const names = ['-subj', `/CN=${commonName}`, '-addext', `subjectAltName=DNS:${host}`];
    const files = ['-keyout', inSite('named.key.pem'), '-out', inSite('named.pem')];
    expect(await run('openssl', [...request, ...names, ...files])).toMatchObject({ code: 0 });
    await chmod(inSite('named.key.pem'), 0o600);
  }

  function configure(more = ''): Promise<void> {
    const named = `[[certificates.named]]\nname = "${name}"\nkey = "named.key.pem"\ncertificate = "named.pem"\n`;
    return writeFile(inSite('kiten.toml'), `${more}${named}`);
  }

  /** The subject and names that a server shows to whoever asks for that name. */
  async function shown(at: string, servername: string): Promise<string> {
    const { stdout } = await run('openssl', ['s_client', '-connect', at, '-servername', servername], {
      input: '',
    });
    const { stdout: text } = await run('openssl', ['x509', '-noout', '-subject', '-ext', 'subjectAltName'], {
      input: stdout,
    });
    return text;
  }

  const doors = (): string[] => [site.ready.mqtts, new URL(site.ready.device).host];

  it('shows a name its certificate at every door, and cuts nobody', async () => {
    const subscription = ['-i', 'pump-1/s', '-t', 'c/pump-1/#', '-d', '-W', '60'];
    const child = spawn('stdbuf', ['-oL', 'mosquitto_sub', ...mosquittoOptions(site, pump), ...subscription]);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    const closed = once(child, 'close');
    await site.until(() => output.includes('SUBACK') || undefined, 'the subscription');
    for (const door of doors()) expect(await shown(door, name)).not.toContain('first of its own');

    await makeCertificate('first of its own');
    await configure('[site]\nnames = ["gateway.plant-7.example"]\n[mqtt]\nqueue_overflow = "drop-oldest"\n');
    const answer = await site.json('reload');
    expect(answer).toEqual({ named: [name], atNextStart: ['queueOverflow'] });
    await site.until(
      async () => (await shown(site.ready.mqtts, name)).includes('first of its own') || undefined,
      'the certificate',
    );
    for (const door of doors()) {
      expect(await shown(door, name)).toContain('first of its own');
      expect(await shown(door, 'localhost')).toContain('gateway.plant-7.example');
    }
    expect(output).not.toContain('DISCONNECT');
    expect(output.match(/received CONNACK/g)).toHaveLength(1);
    const { connections } = await site.json<{ connections: { clientId: string }[] }>(
      'device',
      'show',
      'pump-1',
    );
    expect(connections.map(({ clientId }) => clientId)).toEqual(['pump-1/s']);
    child.kill('SIGKILL');
    await closed;
  });

  it('keeps what it had when a file is not good, and says which and why', async () => {
    await makeCertificate('for another name', 'elsewhere.example');
    expect(refusal(await site.kiten('reload', '--json'))).toBe('kiten/named-certificate');
    expect((await site.kiten('reload')).stderr).toContain(
      'the certificate is for other names (DNS:elsewhere.example)',
    );
    await makeCertificate('open to all');
    await chmod(inSite('named.key.pem'), 0o644);
    expect((await site.kiten('reload')).stderr).toContain('others can read its key');
    await writeFile(inSite('named.pem'), 'no certificate');
    expect(refusal(await site.kiten('reload', '--json'))).toBe('kiten/named-certificate');
    await writeFile(inSite('kiten.toml'), '[site]\nname = "x"\n');
    expect(refusal(await site.kiten('reload', '--json'))).toBe('kiten/config-key');
    for (const door of doors()) expect(await shown(door, name)).toContain('first of its own');
  });

  it('is told so by a hang-up as well, where it has no terminal', async () => {
    await makeCertificate('second of its own');
    await configure();
    site.tell('SIGHUP');
    await site.until(
      async () => (await shown(site.ready.mqtts, name)).includes('second of its own') || undefined,
      'the certificate',
    );
    const reloads = (await wholeLog(site)).filter(({ type }) => type === 'site/reloaded');
    expect(reloads).toMatchObject([{ actor: 'operator:owner' }, { actor: 'site' }]);
  });

  it('starts with the certificates that it is configured to have, or not at all', async () => {
    await site.signal('SIGTERM');
    await site.up();
    expect(await shown(site.ready.mqtts, name)).toContain('second of its own');
    await site.signal('SIGTERM');
    await writeFile(inSite('named.pem'), '');
    await expect(site.up()).rejects.toThrow('kiten/named-certificate');
  });
});
