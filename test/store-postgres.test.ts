import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol } from '../packages/kiten/src/demo/enrol.ts';
import { Acknowledged, api, devicesOf, keepBusy, wholeLog } from './busy-site.ts';
import { kiten, TestSite } from './kiten.ts';
import { refusal } from './outcomes.ts';
import { hasPostgres, TestPostgres } from './postgres.ts';

describe.skipIf(!hasPostgres())('a site whose store is in PostgreSQL', () => {
  let server: TestPostgres;
  let site: TestSite;
  let ca: string;
  beforeAll(async () => {
    server = await TestPostgres.start();
    site = await TestSite.start();
    ca = await readFile(site.ready.ca, 'utf8');
    const { token } = await site.json<{ token: string }>('token', 'create', '--device', 'pump-1');
    await enrol(site.ready.device, ca, 'pump-1', token);
    await site.signal('SIGTERM');
    const url = server.database('plant');
    await writeFile(join(site.data, 'postgres.password'), `${server.password}\n`, { mode: 0o600 });
    const file = join(site.data, 'kiten.toml');
    const setting = `[store]\nurl = "${url}"\npassword_file = "postgres.password"\n`;
    await writeFile(file, (await readFile(file, 'utf8')).replace('[store]\n', setting));
    await site.up();
  }, 180_000);
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('has moved there by that setting, with all that was in the file', async () => {
    expect([...(await devicesOf(site)).keys()]).toEqual(['pump-1']);
    expect(server.sql('plant', 'select id from devices')).toBe('pump-1');
    expect((await readdir(site.data)).filter((name) => name.startsWith('site.db'))).toEqual([]);
    expect((await site.kiten('log', 'verify')).code).toBe(0);
    expect(site.errors).not.toContain(server.password);
  });

  it('loses nothing that was acknowledged when it crashes', async () => {
    const acknowledged = new Acknowledged();
    const work = [1, 2].map((worker) => keepBusy(site, ca, `w${worker}`, acknowledged));
    await site.until(() => acknowledged.decisions.size > 5 || undefined, 'work');
    await site.signal('SIGKILL');
    await Promise.all(work);
    await site.up();
    const known = await devicesOf(site);
    for (const id of acknowledged.devices.keys()) expect(known.has(id)).toBe(true);
    const reasons = (await wholeLog(site)).map(({ reason }) => reason);
    for (const reason of acknowledged.decisions)
      expect(reasons.filter((one) => one === reason)).toHaveLength(1);
    expect((await site.kiten('log', 'verify')).code).toBe(0);
  }, 120_000);

  it('is one: a second site on the same database is refused', async () => {
    const other = join(site.directory, 'other');
    expect((await kiten(['init', '--data', other])).code).toBe(0);
    await rm(join(other, 'site.db'));
    await writeFile(join(other, 'store-elsewhere'), '');
    const setting = `[store]\nurl = "${server.url('plant')}"\npassword_env = "STORE_PASSWORD"\n`;
    await writeFile(join(other, 'kiten.toml'), setting);
    const up = (env: Record<string, string>) =>
      kiten(['up', '--data', other, '--ports', 'random', '--json'], env);
    expect(refusal(await up({ STORE_PASSWORD: server.password }))).toBe('kiten/data-in-use');
    expect(refusal(await up({}))).toBe('kiten/store-password');
    expect(refusal(await up({ STORE_PASSWORD: 'wrong' }))).toBe('kiten/store-refused');
  });

  it('is backed up while it works, and restored to an empty database', async () => {
    const passphrase = join(site.directory, 'passphrase');
    await writeFile(passphrase, 'correct horse battery staple');
    const acknowledged = new Acknowledged();
    const work = keepBusy(site, ca, 'b', acknowledged);
    await site.until(() => acknowledged.devices.size > 1 || undefined, 'work');
    const before = [...acknowledged.devices.keys()];
    const backup = join(site.directory, 'site.kbak');
    await site.json('backup', '--out', backup, '--passphrase-file', passphrase);
    await site.signal('SIGKILL');
    await work;
    await rm(site.data, { recursive: true });
    server.sql('postgres', 'drop database plant with (force)');
    server.database('plant');
    const restored = await site.kiten('restore', backup, '--passphrase-file', passphrase, '--json');
    expect(restored.code, restored.stderr).toBe(0);
    await site.up();
    expect(existsSync(join(site.data, 'site.db'))).toBe(false);
    const known = await devicesOf(site);
    for (const id of ['pump-1', ...before]) expect(known.has(id)).toBe(true);
    expect((await api(site, 'POST', '/tokens', { device: 'next-1' })).status).toBe(201);
    expect((await site.kiten('log', 'verify')).code).toBe(0);
  }, 120_000);

  it('ends when its server does, and goes on where it was when both are back', async () => {
    const size = (await devicesOf(site)).size;
    await server.crash();
    await site.until(() => site.hasEnded || undefined, 'the site’s end');
    expect(site.errors).toContain('kiten/store-unreachable');
    await server.up();
    await site.up();
    expect((await devicesOf(site)).size).toBe(size);
    expect((await site.kiten('log', 'verify')).code).toBe(0);
  }, 120_000);
});
