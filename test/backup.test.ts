import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { api, devicesOf, wholeLog } from './busy-site.ts';
import { type DeviceFiles, enrol, mosquittoOptions, publish } from './device.ts';
import { kiten, run, TestSite } from './kiten.ts';
import { refusal } from './outcomes.ts';
import { subscribed } from './subscriber.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

const passphrase = 'correct horse battery staple\n';

async function passphraseIn(site: TestSite): Promise<string> {
  const file = join(site.directory, 'passphrase');
  await writeFile(file, passphrase, { mode: 0o600 });
  return file;
}

describe.skipIf(!tools)('a site that is destroyed under load', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  let controller: DeviceFiles;
  let stopped: DeviceFiles;
  let backup: string;
  let passphraseFile: string;
  /** What had been acknowledged when the backup began. */
  let acknowledgedBefore: readonly string[];
  let restored: Record<string, unknown>;

  /** A subscriber that is away, and for which the site keeps messages. */
  const away = [
    '-q',
    '1',
    '-c',
    '-i',
    'controller-1/away',
    '-V',
    'mqttv5',
    '-x',
    '86400',
    '-t',
    'd/pump-1/#',
  ];

  beforeAll(async () => {
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
    controller = await enrol(site, 'controller-1', '--group', 'controllers');
    stopped = await enrol(site, 'stopped-1');
    await site.json('device', 'revoke', 'stopped-1', '--reason', 'stolen');
    await site.json('token', 'create', '--device', 'late-1');
    passphraseFile = await passphraseIn(site);
    const arrived = await run('mosquitto_sub', [...mosquittoOptions(site, controller), ...away, '-E']);
    expect(arrived).toMatchObject({ code: 0 });

    const acknowledged: string[] = [];
    let isOver = false;
    const load = [1, 2, 3].map(async (writer) => {
      for (let count = 0; !isOver; count++) {
        const text = `w${writer}-${count}`;
        const sent = await publish(site, pump, 'mqttv5', '-q', '1', '-t', `d/pump-1/w${writer}`, '-m', text);
        if (sent.code === 0) acknowledged.push(text);
      }
    });
    const churn = (async () => {
      for (let count = 0; !isOver; count++)
        await api(site, 'POST', '/tokens', { device: `churn-${count}` }).catch(() => undefined);
    })();
    await site.until(() => acknowledged.length > 12 || undefined, 'load');
    acknowledgedBefore = [...acknowledged];
    backup = join(site.directory, 'site.kbak');
    const made = await site.json('backup', '--out', backup, '--passphrase-file', passphraseFile);
    expect(made).toMatchObject({ site: 'site.example', file: backup });
    await site.until(() => acknowledged.length > acknowledgedBefore.length + 3 || undefined, 'load goes on');
    expect((await site.json<unknown[]>('device', 'list')).length).toBe(3);
    // Destroyed while everybody is at it.
    const after = await enrol(site, 'after-1');
    expect(existsSync(after.certificate)).toBe(true);
    await site.signal('SIGKILL');
    await rm(site.data, { recursive: true });
    isOver = true;
    await Promise.all([...load, churn]);
    restored = JSON.parse(
      (await site.kiten('restore', backup, '--passphrase-file', passphraseFile, '--json')).stdout,
    );
    await site.up();
  }, 120_000);
  afterAll(() => site[Symbol.asyncDispose]());

  it('knows its devices again, and who was revoked', async () => {
    const known = await devicesOf(site);
    expect([...known.values()].map(({ id, standing }) => `${id} ${standing}`).sort()).toEqual([
      'controller-1 admitted',
      'pump-1 admitted',
      'stopped-1 revoked',
    ]);
    expect((await site.kiten('log', 'verify')).code).toBe(0);
    const [last] = (await wholeLog(site)).filter(({ type }) => type === 'site/restored');
    expect(last?.data).toMatchObject({ broughtForward: 0, contradicted: '' });
  });

  it('lets its devices come back with the certificates that they had', async () => {
    expect((await publish(site, pump, 'mqttv5', '-q', '1', '-t', 'd/pump-1/again', '-m', 'back')).code).toBe(
      0,
    );
    expect(
      (await publish(site, stopped, 'mqttv5', '-q', '1', '-t', 'd/stopped-1/x', '-m', 'x')).code,
    ).not.toBe(0);
  });

  it('delivers every message that was acknowledged before the backup', async () => {
    const { lines, child, ended } = await subscribed([...mosquittoOptions(site, controller), ...away]);
    await expect.poll(() => [...lines]).toEqual(expect.arrayContaining([...acknowledgedBefore]));
    child.kill('SIGKILL');
    await ended;
  });

  it('took the open tokens back, as nobody knows whether they were used', async () => {
    expect(restored.tokens).toBeGreaterThan(0);
    const { tokens } = (await api<{ tokens: { state: string }[] }>(site, 'GET', '/tokens')).body;
    expect(tokens.filter(({ state }) => state === 'open')).toEqual([]);
  });

  it('is sound by itself, and says when it is not', async () => {
    const verified = await kiten(['backup', 'verify', backup, '--passphrase-file', passphraseFile]);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('sound: site.example') });
    const cut = join(site.directory, 'cut.kbak');
    await cp(backup, cut);
    await truncate(cut, (await stat(cut)).size - 100);
    const refused = await kiten(['backup', 'verify', cut, '--passphrase-file', passphraseFile, '--json']);
    expect(refusal(refused)).toBe('kiten/backup-damaged');
  });

  it('overwrites nothing: neither a backup nor a site', async () => {
    const again = await site.kiten('backup', '--out', backup, '--passphrase-file', passphraseFile, '--json');
    expect(refusal(again)).toBe('kiten/file-exists');
    const over = await site.kiten('restore', backup, '--passphrase-file', passphraseFile, '--json');
    expect(refusal(over)).toBe('kiten/site-exists');
    const other = join(site.directory, 'other');
    await mkdir(other);
    await writeFile(join(other, 'holiday.jpg'), '');
    const into = ['restore', backup, '--data', other, '--passphrase-file', passphraseFile, '--json'];
    expect(refusal(await kiten(into))).toBe('kiten/directory-not-empty');
    expect(await readdir(other)).toEqual(['holiday.jpg']);
  });

  it('tells nobody anything without its passphrase', async () => {
    const sealed = await readFile(backup);
    for (const secret of ['PRIVATE KEY', 'pump-1', 'site.example'])
      expect(sealed.includes(secret)).toBe(false);
    expect((await stat(backup)).mode & 0o077).toBe(0);
    const wrong = join(site.directory, 'wrong');
    await writeFile(wrong, 'correct horse battery stapler');
    const refused = await kiten(['backup', 'verify', backup, '--passphrase-file', wrong, '--json']);
    expect(refusal(refused)).toBe('kiten/backup-wrong-key');
    expect(refusal(await site.kiten('backup', '--out', `${backup}.2`, '--json'))).toBe(
      'kiten/backup-unsealed',
    );
  });
});

describe('a restored site whose log others have seen more of', () => {
  it('does not go on from there unknown to its witnesses, and goes on from a copy of its log', async () => {
    const site = await TestSite.start();
    onTestFinished(() => site[Symbol.asyncDispose]());
    const witness = await siteCalled('witness.example');
    await witness.json(
      'log',
      'witness',
      'follow',
      (await site.json<{ key: string }>('log', 'key')).key,
      '--reason',
      'x',
    );
    const { key } = await witness.json<{ key: string }>('log', 'witness', 'key');
    const url = `${witness.ready.device}/witness`;
    await site.json('log', 'witness', 'add', key, '--url', url, '--ca', witness.ready.ca, '--reason', 'x');
    const keyFile = join(site.directory, 'backup.key');
    const { recipient } = JSON.parse((await kiten(['backup', 'key', '--out', keyFile, '--json'])).stdout) as {
      recipient: string;
    };
    for (const name of ['ann', 'bob'])
      await site.json('operator', 'add', name, '--role', 'administrator', '--reason', 'x');
    await site.json('api-token', 'create', '--name', 'robot', '--scope', 'view');
    const backup = join(site.directory, 'site.kbak');
    await site.json('backup', '--out', backup, '--recipient', recipient);

    await site.json('token', 'create', '--device', 'later-1');
    const demote = ['--role', 'viewer', '--reason', 'moved on'];
    expect((await site.kiten('operator', 'role', 'ann', ...demote)).code).toBe(0);
    expect((await site.kiten('operator', 'remove', 'bob', '--reason', 'left')).code).toBe(0);
    const [robot] = (await site.json<{ id: string; name: string }[]>('api-token', 'list')).filter(
      ({ name }) => name === 'robot',
    );
    expect((await site.kiten('api-token', 'revoke', robot?.id ?? '')).code).toBe(0);
    const size = (await site.json<{ logSize: number }>('status')).logSize;
    await site.until(async () => {
      const checkpoint = await (await site.fetch('/log/checkpoint')).text();
      return (Number(checkpoint.split('\n')[1]) >= size && checkpoint.split('— ').length > 2) || undefined;
    }, 'the witness’s signature');
    await site.signal('SIGTERM');
    const copy = join(site.directory, 'copy');
    await site.json('log', 'export', copy);
    const rootBefore = await site.json<{ entries: number; root: string }>('log', 'verify');
    await rm(site.data, { recursive: true });

    const restore = (...options: string[]) =>
      site.kiten('restore', backup, '--key', keyFile, '--json', ...options);
    expect(refusal(await restore())).toBe('kiten/log-set-back');
    expect(existsSync(site.data)).toBe(false);

    const other = await restore('--log', join(site.directory, 'nowhere'));
    expect(refusal(other)).toMatch(/^ledger\//);
    const forward = await restore('--log', join(copy, 'log'));
    expect(forward.code, forward.stderr).toBe(0);
    expect(JSON.parse(forward.stdout)).toMatchObject({ witnesses: [{ word: 'agrees' }], access: 3 });
    await site.up();
    // What was withdrawn since the backup stays so.
    const operators = await site.json<{ name: string; role: string }[]>('operator', 'list');
    expect(operators.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'owner administrator',
      'ann viewer',
    ]);
    const tokens = await site.json<{ name: string }[]>('api-token', 'list');
    expect(tokens.map(({ name }) => name)).not.toContain('robot');
    // It contains what it was before: nobody is contradicted.
    const verified = await site.json<{ intact: boolean; entries: number }>('log', 'verify');
    expect(verified.intact).toBe(true);
    expect(verified.entries).toBeGreaterThan(rootBefore.entries);
    expect((await site.json<{ warnings: { code: string }[] }>('status')).warnings).toEqual([]);

    // Whoever has lost the log for good says so, and it is on record.
    await site.signal('SIGKILL');
    await rm(site.data, { recursive: true });
    expect((await restore('--accept-set-back', 'the disk and all copies burnt')).code).toBe(0);
    await site.up();
    const entries = await wholeLog(site);
    expect(entries.find(({ type }) => type === 'site/restored')).toMatchObject({
      reason: 'the disk and all copies burnt',
      data: { contradicted: expect.stringMatching(/./) },
    });
  });

  async function siteCalled(name: string): Promise<TestSite> {
    const named = await TestSite.start();
    onTestFinished(() => named[Symbol.asyncDispose]());
    await named.signal('SIGTERM');
    await rm(named.data, { recursive: true });
    expect((await named.kiten('init', '--name', name)).code).toBe(0);
    await named.up();
    return named;
  }
});
