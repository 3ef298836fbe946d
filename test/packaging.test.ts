import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const script = join(root, 'scripts/package-deb.ts');

describe.skipIf(!requireTool('dpkg-deb', 'dpkg'))('the Debian package', () => {
  let folder: string;
  let unpacked: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kiten-deb-test-'));
    unpacked = join(folder, 'root');
    const made = await run(process.execPath, [script, '--without-node', '--out', folder], { limit: 120_000 });
    if (made.code !== 0) throw new Error(made.stderr);
    const unpacking = await run('dpkg-deb', ['-x', made.stdout.trim(), unpacked]);
    if (unpacking.code !== 0) throw new Error(unpacking.stderr);
  }, 150_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('says what it is and what it needs', async () => {
    const file = (await run('sh', ['-c', `ls ${folder}/*.deb`])).stdout.trim();
    const { stdout } = await run('dpkg-deb', ['-f', file]);
    expect(stdout).toMatch(/^Package: kiten$/m);
    expect(stdout).toMatch(/^Depends: nodejs \(>= 24\)/m);
    const { stdout: list } = await run('dpkg-deb', ['-c', file]);
    expect(list).toMatch(/root\/root .* \.\/usr\/lib\/systemd\/system\/kiten.service$/m);
    // Nothing in it may be changed by anybody but root.
    expect(list.split('\n').filter((line) => /^[-d]....w|^[-d].......w/.test(line))).toEqual([]);
  });

  it('runs from where it is unpacked: a site is created, comes up, verifies and says what it is made of', async () => {
    const kiten = join(unpacked, 'usr/lib/kiten/bin/kiten.mjs');
    const data = join(folder, 'site');
    const ask = (...args: string[]) => run(process.execPath, [kiten, ...args]);
    expect((await ask('init', '--data', data, '--name', 'plant-7.example')).code).toBe(0);
    const child = spawn(process.execPath, [kiten, 'up', '--data', data, '--ports', 'random', '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    const ready = JSON.parse(first.toString().split('\n', 1)[0] ?? '') as { event: string; console: string };
    expect(ready.event).toBe('ready');
    expect(await (await fetch(ready.console)).text()).toContain('<title>');
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect((await ask('log', 'verify', '--data', data)).code).toBe(0);
    expect(JSON.parse((await ask('version', '--sbom')).stdout)).toMatchObject({ bomFormat: 'CycloneDX' });
    expect(existsSync(join(unpacked, 'usr/share/bash-completion/completions/kiten'))).toBe(true);
    expect((await stat(join(unpacked, 'usr/bin/kiten'))).isFile()).toBe(true);
  }, 60_000);
});

describe.skipIf(!requireTool('systemd-analyze', 'systemd'))('the systemd unit', () => {
  const unit = join(root, 'packaging/kiten.service');

  it('lets the site at little', async () => {
    const { code, stdout } = await run('systemd-analyze', [
      'security',
      '--offline=true',
      '--threshold=20',
      unit,
    ]);
    expect(code, stdout).toBe(0);
  });

  it('has the user, the directory and the program that the package brings', async () => {
    const text = await readFile(unit, 'utf8');
    expect(text).toContain('ExecStart=/usr/bin/kiten up');
    expect(await readFile(join(root, 'packaging/postinst'), 'utf8')).toContain('--user-group');
    expect(text).toContain('StateDirectoryMode=0700');
  });
});

it('a site that is open to its network listens on all addresses of both families', async () => {
  const site = await TestSite.start();
  await using _ = site;
  await site.signal('SIGTERM');
  const everywhere = 'hosts = ["0.0.0.0", "::"]\n';
  await writeFile(
    join(site.data, 'kiten.toml'),
    `[device]\n${everywhere}[mqtt]\n${everywhere}[passwords]\n${everywhere}port = 8884\n`,
  );
  await site.up();
  const { device, mqtts, passwords } = site.ready;
  for (const url of [device, `x://${mqtts}`, `x://${passwords}`])
    for (const host of ['::1', '127.0.0.1']) {
      const socket = connect({ host, port: Number(new URL(url).port) });
      await once(socket, 'connect');
      socket.destroy();
    }
});

it('a site answers over IPv6 and IPv4 alike, at each of its ports', async () => {
  const site = await TestSite.start();
  await using _ = site;
  const ports = [site.ready.console, site.ready.device, `x://${site.ready.mqtts}`].map(
    (url) => new URL(url).port,
  );
  for (const host of ['::1', '127.0.0.1'])
    for (const port of ports) {
      const socket = connect({ host, port: Number(port) });
      await once(socket, 'connect');
      socket.destroy();
    }
  const shown = await run('curl', [
    '-sS',
    '--cacert',
    site.ready.ca,
    `https://[::1]:${ports[1]}/.well-known/est/cacerts`,
  ]);
  expect(shown.code, shown.stderr).toBe(0);
  expect((await fetch(`http://[::1]:${ports[0]}/readyz`)).status).toBe(200);
});
