import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpensslAuthority, opensslAuthority } from '../packages/codec/test/tsp/openssl-authority.ts';
import { TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const hasOpenssl = requireTool('openssl', 'openssl');

describe.runIf(hasOpenssl)('a time stamp authority', () => {
  let authority: OpensslAuthority;
  let server: Server;
  let site: TestSite;
  let asked = 0;

  beforeAll(async () => {
    authority = opensslAuthority('P-256');
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        asked += 1;
        response.setHeader('content-type', 'application/timestamp-reply');
        response.end(authority.reply(Buffer.concat(chunks)));
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    site = await TestSite.start();
  });
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    server.close();
  });

  const stamps = () => join(site.data, 'timestamps');
  const roots = () => join(site.data, 'ca', 'tsa.pem');

  async function configure(url: string): Promise<void> {
    await site.signal('SIGTERM');
    await writeFile(roots(), authority.files.root as string);
    const lines = ['[log]', `time_stamp_url = "${url}"`, 'time_stamp_roots = "ca/tsa.pem"'];
    await writeFile(join(site.data, 'kiten.toml'), `${lines.join('\n')}\n`);
    await site.up();
  }

  it('stamps a checkpoint, and whoever trusts it sees when the log had it', async () => {
    await configure(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const name = await site.until(async () => {
      const names = await readdir(stamps()).catch(() => []);
      return names.find((one) => one.endsWith('.tst'));
    }, 'a time stamp');
    expect(asked).toBe(1);
    const size = Number(name.replace('.tst', ''));
    const verified = await site.kiten('log', 'verify', '--time-stamp-roots', roots());
    expect(verified.stdout).toMatch(new RegExp(`● ${size} (entry|entries) were there at 20\\d\\d-`));
    expect(verified.code).toBe(0);

    const target = join(site.directory, 'export');
    expect((await site.kiten('log', 'export', target)).code).toBe(0);
    const { key } = await site.json<{ key: string }>('log', 'key');
    const audit = await site.json<{ timeStamps: { size: number; time: number }[] }>(
      ...['log', 'verify', '--export', target, '--key', key, '--time-stamp-roots', roots()],
    );
    expect(audit.timeStamps).toEqual([{ size, time: expect.any(Number) }]);
    expect(Math.abs((audit.timeStamps[0]?.time ?? 0) - Date.now())).toBeLessThan(120_000);

    const other = opensslAuthority('P-256');
    await writeFile(join(site.directory, 'other.pem'), other.files.root as string);
    const doubted = await site.kiten(
      'log',
      'verify',
      '--time-stamp-roots',
      join(site.directory, 'other.pem'),
    );
    expect([doubted.code, doubted.stdout]).toEqual([1, expect.stringContaining('codec/tsp-untrusted')]);

    const note = join(stamps(), `${size}.note`);
    const text = await readFile(note, 'utf8');
    await writeFile(note, text.replace(`\n${size}\n`, `\n${size + 1}\n`));
    const changed = await site.kiten('log', 'verify', '--time-stamp-roots', roots());
    expect([changed.code, changed.stdout]).toEqual([1, expect.stringContaining('codec/tsp-')]);
    await rm(note);
    const missing = await site.kiten('log', 'verify', '--time-stamp-roots', roots());
    expect([missing.code, missing.stdout]).toEqual([1, expect.stringContaining('ledger/note-malformed')]);
    await writeFile(note, text);
  });

  it('that does not answer holds nothing up, and the site says so', async () => {
    await rm(stamps(), { recursive: true });
    await configure('http://127.0.0.1:9/');
    await site.until(() => site.errors.includes('kiten/peer-unreachable') || undefined, 'the complaint');
    expect((await site.kiten('status')).code).toBe(0);
    expect((await site.kiten('log', 'verify')).code).toBe(0);
  });
});
