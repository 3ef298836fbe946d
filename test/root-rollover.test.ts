import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeLog } from './busy-site.ts';
import { certificateOf, type DeviceFiles, enrol, makeRequest } from './device.ts';
import { kiten, type Outcome, run, TestSite } from './kiten.ts';
import { refusal } from './outcomes.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

interface Ca {
  readonly kind: string;
  readonly state: string;
  readonly id: string;
}

describe.skipIf(!tools)('a new root CA', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  let valve: DeviceFiles;
  let oldRoot: string;
  let newRoot: string;
  let trustBefore: string;
  beforeAll(async () => {
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
    valve = await enrol(site, 'valve-1');
    oldRoot = join(site.directory, 'old-root.pem');
    await copyFile(site.ready.ca, oldRoot);
    newRoot = site.ready.ca;
    trustBefore = join(site.directory, 'before.trust');
    await site.kiten('verdict', 'trust', '--out', trustBefore);
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const states = async () =>
    (await site.json<Ca[]>('ca', 'list')).map(({ kind, state }) => `${kind} ${state}`);
  const port = () => site.ready.mqtts.split(':')[1] ?? '';
  const says = (device: DeviceFiles, root: string): Promise<Outcome> =>
    run('mosquitto_pub', [
      ...['-h', 'localhost', '-p', port(), '-V', 'mqttv5', '-q', '1', '-i', device.id],
      ...['--cafile', root, '--cert', device.certificate, '--key', device.key],
      ...['-t', `d/${device.id}/x`, '-m', 'x'],
    ]);
  const shown = async (root: string): Promise<string> => {
    const args = ['s_client', '-connect', `localhost:${port()}`, '-CAfile', root];
    const { stdout } = await run('openssl', args, { input: '' });
    return /Verify return code: (\d+)/.exec(stdout)?.[1] ?? stdout;
  };
  const est = async (operation: string, root: string, ...args: string[]) => {
    const url = `${site.ready.device}/.well-known/est/${operation}`;
    const { stdout } = await run('curl', ['-sS', '-w', '\n%{http_code}', '--cacert', root, ...args, url]);
    const end = stdout.lastIndexOf('\n');
    return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end), headers: '' };
  };
  /** The certificates that a device gets by EST, each in a file of its own. */
  async function given(root: string): Promise<Given[]> {
    const input = Buffer.from((await est('cacerts', root)).body, 'base64');
    const { stdout } = await run('openssl', ['pkcs7', '-inform', 'DER', '-print_certs'], { input });
    const pems = stdout.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const folder = join(site.directory, `cacerts-${Math.random()}`);
    await mkdir(folder);
    return Promise.all(
      pems.map(async (pem, at) => {
        const file = join(folder, `${at}.pem`);
        await writeFile(file, `${pem}\n`);
        const fields = [
          '-noout',
          '-subject',
          '-issuer',
          '-enddate',
          '-ext',
          'subjectKeyIdentifier,authorityKeyIdentifier',
        ];
        const { stdout: text } = await run('openssl', ['x509', '-in', file, ...fields]);
        const ids = [...text.matchAll(/([0-9A-F]{2}(?::[0-9A-F]{2}){19})/g)].map(([id]) => id);
        const [subject, issuer] = ['subject', 'issuer'].map(
          (name) => new RegExp(`${name}=(.*)`).exec(text)?.[1],
        );
        const until = Date.parse(/notAfter=(.*)/.exec(text)?.[1] ?? '');
        return {
          file,
          selfIssued: subject === issuer,
          selfSigned: ids[0] === ids[1],
          key: ids[0] ?? '',
          until,
        };
      }),
    );
  }
  const verified = async (file: string, root: string, untrusted: readonly string[] = []) => {
    const between = untrusted.flatMap((one) => ['-untrusted', one]);
    const { code, stderr } = await run('openssl', [
      'verify',
      '-x509_strict',
      '-CAfile',
      root,
      ...between,
      file,
    ]);
    return code === 0 ? 'holds' : stderr;
  };

  it('takes over; whoever trusts the one before and whoever trusts the new one are served alike', async () => {
    await site.json('ca', 'rollover-root', '--reason', 'it ends in a year');
    expect(await states()).toEqual(['root current', 'root previous', 'issuing current', 'issuing previous']);
    for (const root of [oldRoot, newRoot]) {
      expect(await shown(root)).toBe('0');
      expect((await est('cacerts', root)).status).toBe(200);
      expect((await says(pump, root)).code).toBe(0);
    }
    const { warnings } = await site.json<{ warnings: { code: string }[] }>('status');
    expect(warnings.map(({ code }) => code)).toContain('kiten/two-roots');
    const entry = (await wholeLog(site)).find(({ type }) => type === 'authority/root-rolled-over');
    expect(entry).toMatchObject({ reason: 'it ends in a year' });
  });

  it('comes by EST with what leads from either root to the other, as openssl finds', async () => {
    const all = await given(oldRoot);
    const roots = all.filter(({ selfIssued, selfSigned }) => selfIssued && selfSigned);
    const links = all.filter(({ selfIssued, selfSigned }) => selfIssued && !selfSigned);
    expect([all.length, roots.length, links.length]).toEqual([6, 2, 2]);
    const [present, before] = roots.toSorted((a, b) => b.until - a.until) as [Given, Given];
    expect(await verified(present.file, newRoot)).toBe('holds');
    const newWithOld = links.find(({ key }) => key === present.key) as Given;
    const oldWithNew = links.find(({ key }) => key === before.key) as Given;
    expect(await verified(newWithOld.file, oldRoot)).toBe('holds');
    expect(await verified(oldWithNew.file, newRoot)).toBe('holds');
    const issuing = all.filter(({ selfIssued }) => !selfIssued).map(({ file }) => file);
    expect(await verified(pump.certificate, newRoot, issuing)).not.toBe('holds');
    expect(await verified(pump.certificate, newRoot, [...issuing, oldWithNew.file])).toBe('holds');
    const fresh = await enrol(site, 'fresh-1');
    expect(await verified(fresh.certificate, newRoot, issuing)).toBe('holds');
    expect(await verified(fresh.certificate, oldRoot, issuing)).not.toBe('holds');
    expect(await verified(fresh.certificate, oldRoot, [...issuing, newWithOld.file])).toBe('holds');
  });

  it('is taken by a device that trusts the one before, which then renews under it', async () => {
    const folder = join(site.directory, 'renewed');
    const request = await makeRequest(folder, '/CN=pump-1');
    const form = ['-H', 'Content-Type: application/pkcs10', '--data-binary', request];
    const own = ['--cert', pump.certificate, '--key', pump.key];
    const certificate = join(folder, 'certificate.pem');
    await certificateOf(await est('simplereenroll', oldRoot, ...own, ...form), certificate);
    pump = { ...pump, folder, certificate, key: join(folder, 'key.pem') };
    const roots = (await given(oldRoot)).filter(({ selfIssued, selfSigned }) => selfIssued && selfSigned);
    const [taken] = roots.toSorted((a, b) => b.until - a.until);
    expect((await says(pump, taken?.file ?? '')).code).toBe(0);
    expect((await says(pump, oldRoot)).code).toBe(0);
  });

  it('is still there after a start, and a second one has to wait', async () => {
    await site.signal('SIGTERM');
    await site.up();
    expect(await states()).toEqual(['root current', 'root previous', 'issuing current', 'issuing previous']);
    for (const root of [oldRoot, newRoot]) expect((await says(valve, root)).code).toBe(0);
    const key = join(site.directory, 'third.key.pem');
    const again = ['ca', 'rollover-root', '--new-root-key', key, '--reason', 'x', '--json'];
    expect(refusal(await site.kiten(...again))).toBe('kiten/root-overlap');
  });

  it('the one before is retired with a reason alone, and it is said who would be cut', async () => {
    const without = await site.kiten('ca', 'retire-root', '--json');
    expect(refusal(without)).toBe('kiten/root-retire-reason');
    expect(without.stderr + without.stdout).toMatch(/1 device has .*: valve-1\./);
    expect((await says(valve, oldRoot)).code).toBe(0);
    const { cut } = await site.json<{ cut: string[] }>('ca', 'retire-root', '--reason', 'valve-1 is scrap');
    expect(cut).toEqual(['valve-1']);
    for (const after of ['at once', 'after a start']) {
      expect([after, ...(await states())]).toEqual([after, 'root current', 'issuing current']);
      expect((await says(valve, newRoot)).code).not.toBe(0);
      expect((await says(pump, newRoot)).code).toBe(0);
      expect(await shown(newRoot)).toBe('0');
      expect(await shown(oldRoot)).not.toBe('0');
      await site.signal('SIGTERM');
      await site.up();
    }
    const none = await site.kiten('ca', 'retire-root', '--reason', 'x', '--json');
    expect(refusal(none)).toBe('kiten/root-alone');
  });

  it('signs issuing CAs from then on, and verdicts are proved as before', async () => {
    await site.json('ca', 'rollover', '--reason', 'under the new root');
    expect(await states()).toEqual(['root current', 'issuing current', 'issuing previous']);
    expect((await says(pump, newRoot)).code).toBe(0);
    const bundle = join(site.directory, 'pump.bundle');
    expect((await site.kiten('verdict', 'export', 'pump-1', '--out', bundle)).code).toBe(0);
    const checked = await kiten(['verdict', 'check', bundle, '--trust', trustBefore], site.env);
    expect([checked.code, checked.stderr]).toEqual([0, '']);
  });
});

interface Given {
  readonly file: string;
  readonly selfIssued: boolean;
  readonly selfSigned: boolean;
  readonly key: string;
  readonly until: number;
}
