import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol, mosquittoOptions } from './device.ts';
import { kiten, run, TestSite } from './kiten.ts';
import { refusal } from './outcomes.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

interface Made {
  readonly device: string;
  readonly username: string;
  readonly password: string;
  readonly groups: readonly string[];
}

interface Shown {
  readonly standing: string;
  readonly status: string;
  readonly vector: Readonly<Record<string, number>>;
  readonly groups: readonly string[];
  readonly password?: { readonly origin: string };
  readonly connections: readonly { readonly clientId: string; readonly by: string }[];
  readonly findings: readonly {
    readonly code: string;
    readonly sentence: Record<'en' | 'ja', { found: string }>;
  }[];
}

const refused = { mqttv5: /Bad user ?name or password/i, mqttv311: /bad user ?name or password/i } as const;

describe.skipIf(!tools)('devices that know only a password', () => {
  let site: TestSite;
  const secrets: string[] = [];

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kiten-test-'));
    expect(await kiten(['init', '--data', join(directory, 'site')])).toMatchObject({ code: 0 });
    await writeFile(join(directory, 'site', 'kiten.toml'), '[passwords]\nport = 8884\nplain_port = 1883\n');
    site = await TestSite.start(directory);
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const show = (id: string): Promise<Shown> => site.json<Shown>('device', 'show', id);

  async function give(id: string, ...options: readonly string[]): Promise<string> {
    const { password } = await site.json<Made>('device', 'password', id, ...options);
    secrets.push(password);
    return password;
  }

  const door = (): string[] => {
    const [, port = ''] = (site.ready.passwords ?? '').split(':');
    return ['-h', 'localhost', '-p', port, '--cafile', site.ready.ca];
  };

  const plainDoor = (): string[] => {
    const [, port = ''] = (site.ready.plainPasswords ?? '').split(':');
    return ['-h', 'localhost', '-p', port];
  };

  function publish(id: string, password: string, topic: string, ...options: readonly string[]) {
    const message = ['-t', topic, '-m', 'x', '-q', '1', '-V', 'mqttv5'];
    return run('mosquitto_pub', [...door(), '-u', id, '-P', password, '-i', id, ...message, ...options]);
  }

  /** A subscriber that stays, until it is cut. */
  async function listen(id: string, password: string, clientId = id) {
    const subscription = ['-t', `c/${id}/#`, '-q', '1', '-V', 'mqttv5', '-d', '-W', '100'];
    const child = spawn('stdbuf', [
      '-oL',
      'mosquitto_sub',
      ...door(),
      ...['-u', id, '-P', password, '-i', clientId],
      ...subscription,
    ]);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
    const closed = once(child, 'close');
    await site.until(() => output.includes('SUBACK') || undefined, `the subscription of ${id} (${output})`);
    const cut = () =>
      site.until(() => /DISCONNECT|connection (was )?lost/i.test(output) || undefined, 'the cut');
    return {
      cut,
      async end() {
        child.kill('SIGKILL');
        await closed;
      },
    };
  }

  it('are let in by it over TLS, with the rights of their own topics and no others', async () => {
    const password = await give('meter-1', '--group', 'controllers');
    expect(password).toMatch(/^ktp_[A-Za-z0-9_-]{32}$/);
    const own = await publish('meter-1', password, 'd/meter-1/power');
    expect(own, own.stderr).toMatchObject({ code: 0, stderr: '' });
    for (const topic of ['c/meter-2/set', 'd/meter-2/power']) {
      const { stderr, stdout } = await publish('meter-1', password, topic, '-d');
      expect(stderr + stdout).toMatch(/Not authorized/i);
    }
    const { stdout } = await run('mosquitto_sub', [
      ...door(),
      ...['-u', 'meter-1', '-P', password, '-i', 'meter-1', '-V', 'mqttv5', '-t', 'd/#', '-d', '-W', '60'],
    ]);
    expect(stdout).toMatch(/Subscribed .*135|Not authorized/i);
  });

  it('have a vector that says why they are not trusted further, in both languages', async () => {
    const { status, vector, groups, password, findings } = await show('meter-1');
    expect({ status, groups, password }).toMatchObject({
      status: 'warning',
      groups: ['password', 'controllers'],
      password: { origin: 'generated' },
    });
    expect(vector['instance-identity']).toBe(-34);
    expect(vector['storage-opaque']).toBe(0);
    expect(findings.map(({ code }) => code)).toEqual([
      'identity/password-generated',
      'identity/password-storage',
    ]);
    expect(findings[0]?.sentence.en.found).toContain('It knows only a password');
    expect(findings[0]?.sentence.ja.found).toContain('パスワードしか持たない');
  });

  it('keep whatever client id they were built with, below their own', async () => {
    const password = await give('meter-2');
    const listener = await listen('meter-2', password, 'ESP_8266/α');
    expect((await show('meter-2')).connections).toMatchObject([
      { clientId: 'meter-2/ESP_8266/α', by: 'password' },
    ]);
    await listener.end();
  });

  it.each(['mqttv311', 'mqttv5'] as const)(
    'are refused over %s with a wrong one, whoever they say they are',
    async (version) => {
      for (const id of ['meter-1', 'nobody', '../../etc']) {
        const { code, stderr } = await publish(id, 'ktp_guess', 'd/meter-1/x', '-V', version);
        expect(code).not.toBe(0);
        expect(stderr).toMatch(refused[version]);
      }
    },
  );

  it('are told of once for each cause, with no name that a stranger typed', async () => {
    const told = site.events.filter(
      ({ event, code }) => event === 'connect-refused' && code === 'gateway/password-wrong',
    );
    expect(told.map(({ address, repeated }) => ({ address, repeated }))).toEqual([
      { address: told[0]?.address, repeated: 1 },
    ]);
  });

  it('are cut when they are quarantined, and may come back to recover', async () => {
    const password = await give('meter-3');
    const listener = await listen('meter-3', password);
    await site.json('device', 'quarantine', 'meter-3', '--reason', 'odd readings');
    await listener.cut();
    await listener.end();
    const { stderr, stdout } = await publish('meter-3', password, 'd/meter-3/x', '-d');
    expect(stderr + stdout).toMatch(/Not authorized/i);
    await site.json('device', 'release', 'meter-3', '--reason', 'the wiring');
    expect(await publish('meter-3', password, 'd/meter-3/x')).toMatchObject({ code: 0, stderr: '' });
  });

  it('are cut when they are revoked, and return by a new password only', async () => {
    const password = await give('meter-4');
    const listener = await listen('meter-4', password);
    await site.json('device', 'revoke', 'meter-4', '--reason', 'stolen');
    await listener.cut();
    await listener.end();
    expect((await publish('meter-4', password, 'd/meter-4/x')).code).not.toBe(0);
    expect((await show('meter-4')).password).toBeUndefined();
    const next = await give('meter-4');
    expect((await publish('meter-4', password, 'd/meter-4/x')).code).not.toBe(0);
    expect(await publish('meter-4', next, 'd/meter-4/x')).toMatchObject({ code: 0, stderr: '' });
    expect((await show('meter-4')).standing).toBe('admitted');
  });

  it('are cut when their password is replaced, and the old one is worth nothing', async () => {
    const password = await give('meter-5');
    expect(refusal(await site.kiten('device', 'password', 'meter-5', '--json'))).toBe(
      'kiten/password-exists',
    );
    const listener = await listen('meter-5', password);
    const next = await give('meter-5', '--replace');
    await listener.cut();
    await listener.end();
    expect((await publish('meter-5', password, 'd/meter-5/x')).code).not.toBe(0);
    expect(await publish('meter-5', next, 'd/meter-5/x')).toMatchObject({ code: 0, stderr: '' });
  });

  it('are cut when it is withdrawn, and nothing stands against them for it any more', async () => {
    const password = await give('meter-6');
    const listener = await listen('meter-6', password);
    expect(refusal(await site.kiten('device', 'password', 'meter-6', '--withdraw', '--json'))).toBe(
      'kiten/reason-missing',
    );
    await site.json('device', 'password', 'meter-6', '--withdraw', '--reason', 'has a certificate now');
    await listener.cut();
    await listener.end();
    expect((await publish('meter-6', password, 'd/meter-6/x')).code).not.toBe(0);
    const files = await enrol(site, 'meter-6');
    const shown = await show('meter-6');
    expect(shown.password).toBeUndefined();
    expect(shown).toMatchObject({ status: 'affirming', groups: ['default'] });
    const message = ['-i', 'meter-6', '-t', 'd/meter-6/x', '-m', 'x', '-q', '1'];
    expect(await run('mosquitto_pub', [...mosquittoOptions(site, files), ...message])).toMatchObject({
      code: 0,
    });
    expect(refusal(await site.kiten('device', 'password', 'meter-6', '--json'))).toBe(
      'kiten/device-has-certificate',
    );
  });

  it('may use the port without TLS if there is one, of which status and doctor warn', async () => {
    const password = await give('meter-7');
    const message = [
      '-u',
      'meter-7',
      '-P',
      password,
      '-i',
      'meter-7',
      '-t',
      'd/meter-7/x',
      '-m',
      'x',
      '-q',
      '1',
    ];
    expect(await run('mosquitto_pub', [...plainDoor(), ...message])).toMatchObject({ code: 0, stderr: '' });
    const { warnings } = await site.json<{ warnings: { code: string }[] }>('status');
    expect(warnings.map(({ code }) => code)).toContain('kiten/passwords-in-the-clear');
    const { stdout } = await site.kiten('doctor', '--json');
    const checks = JSON.parse(stdout) as { name: string; state: string; message: string }[];
    expect(checks.filter(({ name }) => name === 'passwords').map(({ state }) => state)).toEqual([
      'ok',
      'warning',
    ]);
  });

  it('are remembered by a site that starts anew, and none of their passwords is written anywhere', async () => {
    const password = await give('meter-8');
    await site.signal('SIGTERM');
    await site.up();
    expect(await publish('meter-8', password, 'd/meter-8/x')).toMatchObject({ code: 0, stderr: '' });
    await site.signal('SIGTERM');
    const files = (await readdir(site.data, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    const kept = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
    expect(kept.some((text) => text.includes('$scrypt$'))).toBe(true);
    expect(secrets.length).toBeGreaterThan(8);
    for (const secret of secrets)
      for (const text of [...kept, site.errors, JSON.stringify(site.events)])
        expect(text.includes(secret.slice(4))).toBe(false);
    await site.up();
  });
});

it('a site takes no passwords unless it is told to', async () => {
  await using site = await TestSite.start();
  expect(site.ready).not.toHaveProperty('passwords');
  expect(site.ready).not.toHaveProperty('plainPasswords');
  const { stderr } = await site.kiten('device', 'password', 'meter-1');
  expect(stderr).toContain('No port takes passwords yet');
});
