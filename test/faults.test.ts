import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { enrol } from '../packages/kiten/src/demo/enrol.ts';
import { api, joinAs, wholeLog } from './busy-site.ts';
import { kiten, TestSite } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';

async function newSite(): Promise<string> {
  const data = join(await newFolder(), 'site');
  expect(await kiten(['init', '--data', data])).toMatchObject({ code: 0 });
  return data;
}

const caOf = (site: TestSite) => readFile(site.ready.ca, 'utf8');

describe('wrong usage', () => {
  it.each([
    [['frobnicate']],
    [['device', 'frobnicate']],
    [['up', '--frobnicate']],
    [['device', 'quarantine', 'pump-1']],
    [['device', 'show']],
    [['token', 'create', '--ttl', 'soon']],
    [['up', '--ports', 'some']],
    [[]],
  ])('kiten %j exits with 2 and says where to look', async (args) => {
    const { code, stdout, stderr } = await kiten(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/kiten/);
  });

  it('asking for help or the version is none', async () => {
    for (const args of [['--help'], ['--version'], ['device', '--help']]) {
      const { code, stdout, stderr } = await kiten(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).not.toBe('');
    }
  });
});

describe('no site', () => {
  it('kiten status says that none is running, and how to start one', async () => {
    const data = join(await newFolder(), 'nothing');
    const answer = await kiten(['status', '--data', data]);
    expect(answer.code).toBe(1);
    expect(answer.stderr).toContain(`kiten up --data ${data}`);
    expect(refusal(await kiten(['status', '--data', data, '--json']))).toBe('kiten/site-not-running');
    expect(refusal(await kiten(['log', 'verify', '--data', data, '--json']))).toBe('kiten/site-missing');
    expect(existsSync(data)).toBe(false);
  });

  it('kiten init does not touch what is there already', async () => {
    const data = await newSite();
    const before = await readFile(join(data, 'ca', 'root.pem'), 'utf8');
    expect(refusal(await kiten(['init', '--data', data, '--json']))).toBe('kiten/site-exists');
    expect(await readFile(join(data, 'ca', 'root.pem'), 'utf8')).toBe(before);

    const other = await newFolder();
    await writeFile(join(other, 'letter.txt'), 'dear');
    expect(refusal(await kiten(['init', '--data', other, '--json']))).toBe('kiten/directory-not-empty');
    expect(refusal(await kiten(['up', '--data', other, '--json']))).toBe('kiten/directory-not-empty');
    expect(await readdir(other)).toEqual(['letter.txt']);
  });

  it('of two that create a site in one place, one does, and the site is whole', async () => {
    const data = join(await newFolder(), 'site');
    const outcomes = await Promise.all([1, 2, 3].map(() => kiten(['init', '--data', data, '--json'])));
    const created = outcomes.filter(({ code }) => code === 0);
    expect(created).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.code !== 0) expect(refusal(outcome)).toBe('kiten/site-exists');
    const { caFingerprint } = JSON.parse(created[0]?.stdout ?? '') as { caFingerprint: string };
    const site = await TestSite.start(join(data, '..'));
    onTestFinished(() => site[Symbol.asyncDispose]());
    expect((await site.json<{ caFingerprint: string }>('status')).caFingerprint).toBe(caFingerprint);
    await enrol(
      site.ready.device,
      await caOf(site),
      'pump-1',
      (await site.json<{ token: string }>('token', 'create', '--device', 'pump-1')).token,
    );
    expect(await readdir(join(data, '..'))).toEqual(
      ['site', 'state'].filter((name) => existsSync(join(data, '..', name))),
    );
  });

  it('kiten init refuses a name that is no trust domain, and leaves nothing', async () => {
    const folder = await newFolder();
    const data = join(folder, 'site');
    const answer = await kiten(['init', '--data', data, '--name', 'Not A Domain', '--json']);
    expect(refusal(answer)).toMatch(/^identity\//);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a configuration that does not hold', () => {
  let data: string;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kiten-test-'));
    data = join(folder, 'site');
    expect(await kiten(['init', '--data', data])).toMatchObject({ code: 0 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const up = async (toml: string, ...args: string[]) => {
    await writeFile(join(data, 'kiten.toml'), toml);
    return kiten(['up', '--data', data, ...args]);
  };

  it('stops the start and names the key', async () => {
    const { code, stderr } = await up('[mqtt]\nprot = 8883\n');
    expect(code).toBe(1);
    expect(stderr).toContain('“mqtt.prot” is not a known key');
    expect(stderr).toContain('kiten/config-key');
    expect(refusal(await up('[console]\nport = "x"\n', '--json'))).toBe('kiten/config-key');
  });

  it('stops the start and says in which line it is no TOML', async () => {
    const { code, stderr } = await up('[mqtt]\nport = = 1\n');
    expect(code).toBe(1);
    expect(stderr).toMatch(/kiten\.toml:2:\d+ is not TOML/);
    expect(stderr).toContain('kiten/config-syntax');
  });

  it('stops the start if it is not there', async () => {
    const answer = await kiten(['up', '--data', data, '--config', join(folder, 'none.toml'), '--json']);
    expect(refusal(answer)).toBe('kiten/config-unreadable');
  });

  it('stops the start if a manufacturer’s certificate is not there', async () => {
    const manufacturer = '[[manufacturers]]\nname = "acme"\nroot = "ca/acme.pem"\ngroup = "default"\n';
    const answer = await up(manufacturer, '--ports', 'random', '--json');
    expect(refusal(answer)).toBe('kiten/certificate-missing');
    expect(answer.stderr).toContain('acme.pem');
  });

  it.each(['console', 'device', 'mqtt'])(
    'stops the start if the %s port is taken, with a remedy',
    async (section) => {
      const squatter = createServer().listen(0, '127.0.0.1');
      onTestFinished(() => void squatter.close());
      await new Promise((resolve) => squatter.once('listening', resolve));
      const { port } = squatter.address() as { port: number };
      const toml = ['console', 'device', 'mqtt']
        .map((name) => `[${name}]\nport = ${name === section ? port : 0}\n`)
        .join('');
      const answer = await up(toml, '--json');
      expect(refusal(answer)).toBe('kiten/port-in-use');
      expect(answer.stderr).toContain(`Port ${port} `);
      expect(answer.stderr).toContain(`[${section}]`);
      expect(answer.stderr).toContain('--ports random');
      expect(existsSync(join(data, 'running.json'))).toBe(false);
    },
  );
});

describe('a running site', () => {
  let site: TestSite;
  beforeAll(async () => {
    site = await TestSite.start();
  });
  afterAll(() => site[Symbol.asyncDispose]());

  it('has its data directory to itself', async () => {
    const second = await kiten(['up', '--data', site.data, '--ports', 'random', '--json']);
    expect(refusal(second)).toBe('kiten/data-in-use');
    expect((await site.json<{ site: string }>('status')).site).toBe('site.example');
  });

  it('refuses what it does not know with a code that scripts can read', async () => {
    expect(refusal(await site.kiten('device', 'show', 'NOSUCH', '--json'))).toBe('kiten/device-unknown');
    expect(refusal(await site.kiten('verdict', 'show', 'NOSUCH', '--json'))).toBe('kiten/device-unknown');
    expect(refusal(await site.kiten('device', 'show', '../x', '--json'))).toBe('kiten/request-invalid');
    expect(refusal(await site.kiten('token', 'create', '--group', 'none', '--json'))).toBe(
      'kiten/group-unknown',
    );
    const { stderr } = await site.kiten('device', 'show', 'NOSUCH');
    expect(stderr).toContain('NOSUCH');
    expect(stderr).toContain('(kiten/device-unknown)');
  });

  it('refuses a wrong token, and is not found where it is not', async () => {
    const env = { ...site.env, KITEN_TOKEN: `kto_${'A'.repeat(43)}` };
    expect(refusal(await kiten(['status', '--site', site.ready.api, '--json'], env))).toBe(
      'kiten/not-signed-in',
    );
    expect(refusal(await kiten(['status', '--site', 'http://localhost:1', '--json'], env))).toBe(
      'kiten/site-not-running',
    );
    expect(
      refusal(await kiten(['status', '--site', site.ready.api, '--json'], { ...site.env, KITEN_TOKEN: '' })),
    ).toBe('kiten/token-missing');
  });
});

describe('a graceful stop', () => {
  it('tells the sessions, writes the last checkpoint and leaves nothing open', async () => {
    const site = await TestSite.start();
    onTestFinished(() => site[Symbol.asyncDispose]());
    const { body: made } = await api<{ token: string }>(site, 'POST', '/tokens', { device: 'pump-1' });
    const own = await enrol(site.ready.device, await caOf(site), 'pump-1', made.token);
    const client = await joinAs(site, 'pump-1', own);
    const told = new Promise<number | undefined>((resolve) =>
      client.once('disconnect', ({ reasonCode }) => resolve(reasonCode)),
    );
    const events = await new Promise<IncomingMessage>((resolve) => {
      const headers = { authorization: `Bearer ${site.operatorToken}` };
      get(`${site.ready.api}/events`, { headers, agent: false }, resolve);
    });
    const ended = new Promise<void>((resolve) =>
      events.on('close', () => resolve()).on('error', () => resolve()),
    );
    events.resume();

    expect(await site.signal('SIGTERM')).toBe(0);
    expect(await told).toBe(0x8b);
    await ended;
    expect(existsSync(join(site.data, 'running.json'))).toBe(false);
    const verified = await site.json<{ intact: boolean; entries: number }>('log', 'verify');
    expect(verified.intact).toBe(true);
    const [, size] = (await readFile(join(site.data, 'log', 'checkpoint'), 'utf8')).split('\n');
    expect(Number(size)).toBe(verified.entries);
    expect(site.errors.split('\n').filter((line) => /"level":[56]0/.test(line))).toEqual([]);

    await site.up();
    const types = (await wholeLog(site)).map(({ type }) => type);
    expect(types.slice(-2)).toEqual(['site/stopped', 'site/started']);
  });
});

describe('secrets', () => {
  it('are in no line of the site’s output and in no file but their own', async () => {
    const site = await TestSite.start();
    onTestFinished(() => site[Symbol.asyncDispose]());
    await site.signal('SIGTERM');
    await writeFile(join(site.data, 'kiten.toml'), '[log]\nlevel = "trace"\n');
    await site.up();
    const ca = await caOf(site);
    const secrets: string[] = [site.operatorToken];
    const links = [site.ready.signIn, (await site.json<{ link: string }>('sign-in')).link];
    for (const link of links) {
      const secret = /#sign-in=(.+)$/.exec(link)?.[1] ?? '';
      const answer = await fetch(`${site.ready.api}/sign-in`, {
        method: 'POST',
        body: JSON.stringify({ link: secret }),
        headers: { 'content-type': 'application/json', origin: new URL(site.ready.api).origin },
      });
      expect(answer.status).toBe(200);
      secrets.push(secret, /kiten_session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? '');
    }
    for (const id of ['pump-1', 'pump-2']) {
      const { body } = await api<{ token: string }>(site, 'POST', '/tokens', { device: id });
      const own = await enrol(site.ready.device, ca, id, body.token);
      await expect(enrol(site.ready.device, ca, id, body.token)).rejects.toThrow(/used/);
      await expect(enrol(site.ready.device, ca, `${id}-x`, body.token)).rejects.toThrow();
      await (await joinAs(site, id, own)).endAsync();
      secrets.push(body.token, own.key);
      await api(site, 'POST', `/devices/${id}/revoke`, { reason: 'stolen' });
      await expect(joinAs(site, id, own)).rejects.toThrow();
    }
    await site.fetch('/site', { headers: { authorization: `Bearer kto_${'W'.repeat(43)}` } });
    secrets.push(`kto_${'W'.repeat(43)}`);
    for (const name of await readdir(join(site.data, 'keys')))
      if (/\.key(\.pem)?$/.test(name))
        secrets.push((await readFile(join(site.data, 'keys', name), 'utf8')).trim());
    await site.signal('SIGTERM');

    expect(site.errors).toContain('pump-2');
    const files = (await readdir(site.data, { recursive: true, withFileTypes: true }))
      .filter(
        (entry) => entry.isFile() && !entry.parentPath.endsWith('keys') && entry.name !== 'operator.token',
      )
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.some((file) => file.includes('segment-'))).toBe(true);
    expect(files.some((file) => file.endsWith('site.db'))).toBe(true);
    const kept = await Promise.all(files.map((file) => readFile(file, 'latin1')));
    const lines = site.events.filter(({ event }) => event !== 'ready').map((event) => JSON.stringify(event));
    expect(secrets).toHaveLength(1 + 4 + 4 + 1 + 9);
    for (const secret of secrets) {
      // A key in its PEM dress: the middle of it is enough to know it by.
      const core = secret.startsWith('-----') ? (secret.split('\n')[1] ?? '') : secret.slice(4);
      expect(core.length).toBeGreaterThan(30);
      for (const text of [site.errors, lines.join('\n'), ...kept]) expect(text.includes(core)).toBe(false);
    }
  });
});

describe('a port that another program took after a crash', () => {
  it('gets no token from the command line', async () => {
    await using site = await TestSite.start();
    await site.signal('SIGKILL');
    const asked: string[] = [];
    const impostor = createHttpServer((request, response) => {
      asked.push(String(request.headers.authorization));
      response.end(JSON.stringify({ status: 'alive', proof: 'trust me' }));
    });
    await new Promise<void>((resolve) =>
      impostor.listen(Number(new URL(site.ready.console).port), 'localhost', resolve),
    );
    const { code, stderr } = await site.kiten('status', '--json');
    impostor.close();
    expect(code).toBe(1);
    expect(stderr).toContain('kiten/site-not-running');
    expect(asked).toEqual(['undefined']);
  });
});
