import { createHash } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from './busy-site.ts';
import { kiten, run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const hasCurl = requireTool('curl', 'curl');

describe('the log, for somebody who does not believe it', () => {
  let site: TestSite;
  let key: string;
  const states = new Map<string, number>();

  beforeAll(async () => {
    site = await TestSite.start();
    for (let n = 0; n < 300; n++) await api(site, 'POST', '/tokens', { device: `pump-${n}` });
    key = (await site.json<{ key: string }>('log', 'key')).key;
    await site.until(async () => {
      const text = await (await site.fetch('/log/checkpoint')).text();
      return Number(text.split('\n')[1]) > 300 || undefined;
    }, 'a checkpoint over all of it');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const file = (name: string): string => join(site.directory, name);

  /** Verified by somebody who has seen nothing of it yet. */
  async function verify(...args: string[]) {
    const visitor = states.size;
    states.set(args.join(' '), visitor);
    return kiten(['log', 'verify', ...args], { XDG_STATE_HOME: file(`visitor-${visitor}`) });
  }

  it('proves each entry, and how it grew', async () => {
    const [proof, entry] = [file('proof'), file('entry')];
    expect((await site.kiten('log', 'prove', '17', '--out', proof, '--entry-out', entry)).code).toBe(0);
    expect(await readFile(proof, 'utf8')).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex 17\n/);
    const good = await kiten(['log', 'check', proof, '--entry', entry, '--key', key]);
    expect([good.code, good.stdout]).toEqual([0, expect.stringMatching(/^● entry 17 of \d+ entries of /)]);
    await writeFile(entry, Buffer.concat([await readFile(entry), Buffer.of(0)]));
    const bad = await kiten(['log', 'check', proof, '--entry', entry, '--key', key, '--json']);
    expect([bad.code, JSON.parse(bad.stdout)]).toMatchObject([1, { holds: false }]);

    interface Consistency {
      readonly from: { readonly size: number; readonly root: string };
      readonly to: { readonly size: number; readonly root: string };
      readonly proof: readonly string[];
    }
    const { from, to, proof: hashes } = await site.json<Consistency>('log', 'consistency', '4', '6');
    // A tree of six over one of four: its old root, and the root over the two that came (RFC 9162 §2.1.4.1).
    const node = (left: string, right: string) =>
      createHash('sha256')
        .update(Buffer.concat([Buffer.of(1), Buffer.from(left, 'base64'), Buffer.from(right, 'base64')]))
        .digest('base64');
    expect([from.size, to.size, hashes.length]).toEqual([4, 6, 1]);
    expect(node(from.root, hashes[0] as string)).toBe(to.root);
    expect((await site.kiten('log', 'consistency', '6', '100000')).code).toBe(1);
    const nowhere = await site.kiten('log', 'export', '/dev/null');
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('kiten/file-unwritable')]);
  });

  it.runIf(hasCurl)(
    'serves its files as tlog-tiles names them, hashes to all and entries to operators',
    async () => {
      const log = new URL('/log/', site.ready.api).href;
      const answer = async (path: string, ...args: string[]) => {
        const out = file('answer');
        const { stdout } = await run('curl', [
          '-sS',
          '-o',
          out,
          '-w',
          '%{http_code} %{content_type}',
          ...args,
          log + path,
        ]);
        return { told: stdout, bytes: await readFile(out) };
      };
      expect((await answer('checkpoint')).told).toBe('200 text/plain; charset=utf-8');
      const full = await answer('tile/0/000');
      expect([full.told, full.bytes.length]).toEqual(['200 application/octet-stream', 8192]);
      // A partial tile of a size that was checkpointed stays there when the full one is.
      const partial = await answer('tile/0/000.p/7');
      expect([partial.told.slice(0, 3), partial.bytes.equals(full.bytes.subarray(0, 224))]).toEqual([
        '200',
        true,
      ]);
      expect((await answer('tile/0/001')).told.slice(0, 3)).toBe('404');
      expect((await answer('tile/0/../../../site.db')).told.slice(0, 3)).toBe('404');
      expect((await answer('tile/entries/000')).told.slice(0, 3)).toBe('401');
      const bearer = ['-H', `authorization: Bearer ${site.operatorToken}`];
      const entries = await answer('tile/entries/000', ...bearer);
      const length = entries.bytes.readUInt16BE(0);
      const leaf = createHash('sha256')
        .update(Buffer.of(0))
        .update(entries.bytes.subarray(2, 2 + length))
        .digest();
      expect(full.bytes.subarray(0, 32).equals(leaf)).toBe(true);
      const devices = site.ready.device;
      const elsewhere = await run('curl', ['-sS', '--cacert', site.ready.ca, `${devices}/log/checkpoint`]);
      expect(elsewhere.stdout).toContain('/log\n');
      const status = ['-o', '/dev/null', '-w', '%{http_code}'];
      const entry = await run('curl', [
        '-sS',
        '--cacert',
        site.ready.ca,
        ...status,
        `${devices}/log/tile/entries/000`,
      ]);
      expect(entry.stdout).toBe('404');
    },
  );

  it('is exported for an auditor, who verifies it without the site', async () => {
    const target = file('export');
    expect((await site.kiten('log', 'export', target)).code).toBe(0);
    const found = await verify('--export', target, '--key', key);
    expect([found.code, found.stdout]).toEqual([0, expect.stringMatching(/^● intact: 30\d entries/)]);

    await api(site, 'POST', '/tokens', { device: 'later' });
    const size = async () =>
      Number((await readFile(join(target, 'log', 'checkpoint'), 'utf8')).split('\n')[1]);
    const before = await size();
    await site.until(async () => {
      expect((await site.kiten('log', 'export', target)).code).toBe(0);
      return (await size()) > before || undefined;
    }, 'the export to be brought forward');
    expect((await verify('--export', target, '--key', key, '--json')).code).toBe(0);

    const other = file('changed');
    await cp(target, other, { recursive: true });
    const bundle = join(other, 'log', 'tile', 'entries', '000');
    const bytes = await readFile(bundle);
    bytes.writeUInt8(bytes.readUInt8(600) ^ 1, 600);
    await writeFile(bundle, bytes);
    const changed = await verify('--export', other, '--key', key, '--json');
    expect([changed.code, JSON.parse(changed.stdout)]).toMatchObject([1, { intact: false }]);
    const wrongKey = await verify('--export', target, '--key', 'x+00000000+AA==');
    expect([wrongKey.code, wrongKey.stderr]).toEqual([1, expect.stringContaining('ledger/')]);
    await rm(other, { recursive: true });
  });

  it('is audited over the web, and a visitor who comes back sees whether it is the same', async () => {
    await site.signal('SIGTERM');
    await writeFile(join(site.data, 'kiten.toml'), '[log]\nentries = "public"\n');
    await site.up();
    const url = new URL('/log', site.ready.api).href;
    const visitor = { XDG_STATE_HOME: file('returning') };
    const audit = () => kiten(['log', 'verify', '--url', url, '--key', key], visitor);
    const first = await audit();
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('no earlier checkpoint')]);
    await api(site, 'POST', '/tokens', { device: 'one-more' });
    const again = await audit();
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('contains the remembered')]);
  });
});
