import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromHex, toBase64 } from '@kiten/codec';
import { exportPrivateKey, generateSigner, publicKeyDigest } from '@kiten/identity';
import { signFacts, vouchingFacts } from '@kiten/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFiles, enrol, publish } from './device.ts';
import { kiten, run, TestSite } from './kiten.ts';
import { refusal } from './outcomes.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
];

interface Checked {
  readonly holds: boolean;
  readonly reason?: string;
  readonly leaf?: number;
  readonly verdict?: {
    readonly subject: string;
    readonly status: string;
    readonly standing: string;
    readonly holder: string;
    readonly epoch: number;
    readonly vector: Readonly<Record<string, number>>;
  };
  readonly statements?: readonly { readonly subject: string }[];
}

describe.runIf(tools.every(Boolean))('a verdict with its proof', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  let trust: string;

  beforeAll(async () => {
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
    trust = file('trust.json');
    expect((await site.kiten('verdict', 'trust', '--out', trust)).code).toBe(0);
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const file = (name: string): string => join(site.directory, name);

  async function exported(id: string, name: string, ...args: string[]): Promise<string> {
    const { code, stderr } = await site.kiten('verdict', 'export', id, '--out', file(name), ...args);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return file(name);
  }

  /** Checked without the site: no data directory, no address. */
  async function check(bundle: string, ...args: string[]): Promise<Checked> {
    const { code, stdout, stderr } = await kiten([
      'verdict',
      'check',
      bundle,
      '--trust',
      trust,
      '--json',
      ...args,
    ]);
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as Checked;
    expect(code).toBe(report.holds ? 0 : 1);
    return report;
  }

  it('is checked offline, against the log’s key and the site’s root alone', async () => {
    const report = await check(await exported('pump-1', 'pump-1.bundle'));
    expect(report).toMatchObject({
      holds: true,
      verdict: {
        subject: 'device:pump-1',
        status: 'affirming',
        standing: 'admitted',
        vector: { 'instance-identity': 2, hardware: 0 },
      },
    });
    const { stdout } = await run('openssl', ['x509', '-in', pump.certificate, '-noout', '-pubkey']);
    const spki = await run('openssl', ['pkey', '-pubin', '-outform', 'DER', '-out', file('spki.der')], {
      input: stdout,
    });
    expect(spki.code).toBe(0);
    const digest = await run('openssl', ['dgst', '-sha256', '-r', file('spki.der')]);
    expect(digest.stdout.split(' ')[0]).toBe(report.verdict?.holder);
  });

  it('is small, and smaller for a device to carry', async () => {
    const full = await readFile(await exported('pump-1', 'full.bundle'));
    const passport = await readFile(await exported('pump-1', 'compact.bundle', '--compact'));
    expect(full.length).toBeLessThan(16_384);
    expect(passport.length).toBeLessThan(full.length - 1000);
    expect(await check(file('compact.bundle'))).toMatchObject({ holds: true });
  });

  it('a device fetches by its certificate, and nobody without', async () => {
    const url = `${site.ready.device}/passport`;
    const own = ['--cert', pump.certificate, '--key', pump.key];
    const curl = (...args: string[]) =>
      run('curl', ['-sS', '--cacert', site.ready.ca, '-o', file('passport'), '-w', '%{http_code}', ...args]);
    expect((await curl(...own, url)).stdout).toBe('200');
    expect(await check(file('passport'))).toMatchObject({
      holds: true,
      verdict: { subject: 'device:pump-1' },
    });
    expect((await curl(url)).stdout).toBe('401');
  });

  it('is reported to programs with all bytes in hexadecimal', async () => {
    const { stdout } = await kiten([
      ...['verdict', 'check', await exported('pump-1', 'json.bundle'), '--trust', trust, '--json'],
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      statements: [{ hash: expect.stringMatching(/^[0-9a-f]{64}$/) }, {}, {}],
    });
    expect(stdout).not.toContain('"Buffer"');
  });

  it('does not hold if a byte is changed, for another site, or too late', async () => {
    const bundle = await readFile(await exported('pump-1', 'changed.bundle'));
    const changed = Buffer.from(bundle);
    changed.writeUInt8(changed.readUInt8(bundle.length - 40) ^ 1, bundle.length - 40);
    await writeFile(file('changed.bundle'), changed);
    expect((await check(file('changed.bundle'))).holds).toBe(false);

    await using other = await TestSite.start();
    await enrol(other, 'pump-1');
    const foreign = join(other.directory, 'foreign.bundle');
    expect((await other.kiten('verdict', 'export', 'pump-1', '--out', foreign)).code).toBe(0);
    expect(await check(foreign)).toMatchObject({ holds: false, reason: 'checkpoint-signature' });

    const bundleNow = await exported('pump-1', 'late.bundle');
    const later = new Date(Date.now() + 25 * 3_600_000).toISOString();
    expect(await check(bundleNow, '--at', later)).toMatchObject({ holds: false, reason: 'checkpoint-stale' });
    const { stdout } = await kiten(['verdict', 'check', bundleNow, '--trust', trust, '--at', later]);
    expect(stdout).toContain('✖ does not hold');
  });

  it('shows what was found against a device, and what an operator did', async () => {
    const probing = await enrol(site, 'prober');
    for (let n = 11; n < 17; n++)
      await publish(site, probing, 'mqttv5', '-q', '1', '-t', `d/pump-${n}/x`, '-m', '1');
    await site.until(async () => {
      const { status } = await site.json<{ status: string }>('verdict', 'show', 'prober');
      return status === 'warning' || undefined;
    }, 'a warning');
    const before = await exported('prober', 'prober-1.bundle');
    expect(await check(before)).toMatchObject({
      holds: true,
      verdict: { status: 'warning', standing: 'admitted', vector: { executables: -50 } },
    });
    expect((await site.kiten('device', 'quarantine', 'prober', '--reason', 'it probes')).code).toBe(0);
    expect(await check(await exported('prober', 'prober-2.bundle'))).toMatchObject({
      holds: true,
      verdict: { status: 'warning', standing: 'quarantined' },
    });
    expect((await site.kiten('device', 'revoke', 'prober', '--reason', 'it still does')).code).toBe(0);
    expect(await check(await exported('prober', 'prober-3.bundle'))).toMatchObject({
      holds: true,
      verdict: { status: 'warning', standing: 'revoked', holder: '' },
    });
  });

  it('refuses what it cannot prove, with a reason', async () => {
    const nobody = await site.kiten('evidence', 'list', 'nobody');
    expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('kiten/device-unknown')]);
    expect(refusal(await site.kiten('verdict', 'export', 'nobody', '--out', file('x'), '--json'))).toBe(
      'kiten/device-unknown',
    );
    const { code, stderr } = await kiten(['verdict', 'check', file('missing'), '--trust', trust]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot be read')]);
    await writeFile(file('no-trust.json'), '{"format":"kiten-trust"}');
    const wrong = await kiten(['verdict', 'check', file('full.bundle'), '--trust', file('no-trust.json')]);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('checker/trust-')]);
  });

  it('relays the word of a manufacturer whose key the site was given', async () => {
    const acme = generateSigner('ES256');
    await writeFile(file('acme.pem'), exportPrivateKey(acme));
    const { stdout: publicKey } = await run('openssl', ['pkey', '-in', file('acme.pem'), '-pubout']);
    await writeFile(file('acme.pub.pem'), publicKey);
    const now = Math.floor(Date.now() / 1000);
    const statement = signFacts(
      {
        issuer: 'acme',
        subject: 'device:pump-1',
        issuedAt: now - 5,
        expiresAt: now + 86_400,
        keyId: fromHex(publicKeyDigest(acme.publicKey)),
        facts: vouchingFacts({ subject: { kind: 'device', id: 'pump-1' }, claim: 'hardware', value: 2 }),
      },
      acme,
    );
    await writeFile(file('acme.cose'), statement);
    expect(refusal(await site.kiten('statement', 'add', file('acme.cose'), '--json'))).toBe(
      'kiten/statement-foreign',
    );
    const add = ['authority', 'add', 'acme', '--role', 'manufacturer', '--key', file('acme.pub.pem')];
    expect((await site.kiten(...add, '--reason', 'we buy from them')).code).toBe(0);
    expect(await site.json('statement', 'add', file('acme.cose'))).toMatchObject({
      issuer: 'acme',
      role: 'manufacturer',
      findings: [{ code: 'vouching/hardware-genuine', claim: 'hardware', value: 2 }],
    });
    const bundle = await exported('pump-1', 'vouched.bundle');
    // The trust file from before does not name the manufacturer: for whoever has it, its word is nobody's.
    expect(await check(bundle)).toMatchObject({ holds: false, reason: 'root-unknown' });
    expect((await site.kiten('verdict', 'trust', '--out', trust)).code).toBe(0);
    const report = await check(bundle);
    expect(report).toMatchObject({
      holds: true,
      verdict: { vector: { hardware: 2, 'instance-identity': 2 } },
    });
    expect(report.statements?.length).toBe(5);
  });

  it('does not rest any more on the word of somebody who has been removed', async () => {
    const remove = ['authority', 'remove', 'acme', '--role', 'manufacturer', '--reason', 'key stolen'];
    expect((await site.kiten(...remove)).code).toBe(0);
    const shown = await site.json<{ findings: { code: string }[] }>('verdict', 'show', 'pump-1');
    expect(shown.findings.map(({ code }) => code)).not.toContain('vouching/hardware-genuine');
    const report = await check(await exported('pump-1', 'removed.bundle'));
    expect(report).toMatchObject({ holds: true, verdict: { vector: { hardware: 0 } } });
    expect(refusal(await site.kiten('statement', 'add', file('acme.cose'), '--json'))).toBe(
      'kiten/statement-foreign',
    );
    const add = ['authority', 'add', 'acme', '--role', 'manufacturer', '--key', file('acme.pub.pem')];
    expect(refusal(await site.kiten(...add, '--reason', 'again', '--json'))).toBe(
      'kiten/authority-withdrawn',
    );
  });

  it('the log keeps verifying after evidence was erased, and nothing of it can be found', async () => {
    const copied = await enrol(site, 'copied');
    for (let n = 11; n < 17; n++)
      await publish(site, copied, 'mqttv5', '-q', '1', '-t', `d/secret-${n}/x`, '-m', '1');
    interface Row {
      readonly digest: string;
      readonly mediaType: string;
    }
    const evidence = await site.until(async () => {
      const rows = await site.json<Row[]>('evidence', 'list', 'copied');
      return rows.find(({ mediaType }) => mediaType.includes('probing'));
    }, 'evidence');
    expect((await site.kiten('evidence', 'get', evidence.digest, '--out', file('evidence'))).code).toBe(0);
    expect(await readFile(file('evidence'), 'utf8')).toContain('secret-');
    expect(await filesWith(site.data, '"device":"copied","distinct"')).not.toEqual([]);

    const erase = ['evidence', 'erase', evidence.digest, '--reason', 'asked to'];
    for (const { digest } of await site.json<Row[]>('evidence', 'list', 'copied'))
      expect((await site.kiten('evidence', 'erase', digest, '--reason', 'asked to')).code).toBe(0);
    expect(refusal(await site.kiten('evidence', 'get', evidence.digest, '--out', file('x'), '--json'))).toBe(
      'kiten/evidence-erased',
    );
    expect(refusal(await site.kiten(...erase, '--json'))).toBe('kiten/evidence-erased');
    expect(await site.json('verdict', 'show', 'copied')).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ code: 'gateway/topic-probing', premises: [evidence.digest] }),
      ]),
    });
    expect(await check(await exported('copied', 'erased.bundle'))).toMatchObject({ holds: true });
    expect((await site.kiten('log', 'verify')).code).toBe(0);
    await site.signal('SIGTERM');
    expect(await filesWith(site.data, '"device":"copied","distinct"', /^(log|payloads|site\.db)/)).toEqual(
      [],
    );
    await site.up();
    expect((await site.kiten('log', 'verify')).code).toBe(0);
  });

  /** Files below a directory that hold a text, in whatever they are made of, and that a running site has not removed. */
  async function filesWith(directory: string, text: string, only = /./): Promise<string[]> {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const found: string[] = [];
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(directory.length + 1);
      if (!entry.isFile() || !only.test(name)) continue;
      const bytes = await readFile(path).catch((error) => {
        if (error.code === 'ENOENT') return Buffer.alloc(0);
        throw error;
      });
      if (bytes.includes(text) || bytes.includes(toBase64(Buffer.from(text)))) found.push(name);
    }
    return found;
  }
});
