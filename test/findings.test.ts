import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importSPKI, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFiles, enrol, mosquittoOptions, publish } from './device.ts';
import { TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

interface Verdict {
  readonly status: string;
  readonly vector: Readonly<Record<string, number>>;
  readonly findings: readonly {
    code: string;
    claim: string;
    tier: string;
    premises: string[];
    sentence: Record<'en' | 'ja', Record<'expected' | 'found' | 'remedy', string>>;
  }[];
  readonly ear: string;
}

describe.skipIf(!tools)('a device’s behaviour changes its verdict, by mosquitto_pub alone', () => {
  let site: TestSite;
  const listeners: ChildProcess[] = [];
  beforeAll(async () => {
    site = await TestSite.start();
  });
  afterAll(async () => {
    for (const child of listeners) child.kill('SIGKILL');
    await site[Symbol.asyncDispose]();
  });

  const verdictOf = (device: DeviceFiles) => site.json<Verdict>('verdict', 'show', device.id);
  const codes = ({ findings }: Verdict) => findings.map(({ code }) => code);

  /** A `mosquitto_sub` that stays, from an address of this machine's own. */
  async function listen(device: DeviceFiles, clientId: string, address: string): Promise<void> {
    const args = [
      ...mosquittoOptions(site, device),
      '-h',
      '127.0.0.1',
      '-A',
      address,
      '-i',
      clientId,
      '-k',
      '5',
      '-t',
      `c/${device.id}/#`,
      '-d',
    ];
    const child = spawn('stdbuf', ['-oL', 'mosquitto_sub', ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    listeners.push(child);
    await new Promise<void>((resolve) =>
      child.stdout.on('data', (chunk: Buffer) => chunk.includes('SUBACK') && resolve()),
    );
  }

  async function settles(device: DeviceFiles, code: string): Promise<Verdict> {
    return site.until(async () => {
      const verdict = await verdictOf(device);
      return codes(verdict).includes(code) ? verdict : undefined;
    }, code);
  }

  it('the same credential, from two places at once', async () => {
    const device = await enrol(site, 'door-1');
    await listen(device, 'door-1', '127.0.0.1');
    expect((await verdictOf(device)).status).toBe('affirming');
    // The thief comes from elsewhere, and the device goes on: its keep-alive shows that both live.
    await listen(device, 'door-1/thief', '127.0.0.2');
    const verdict = await settles(device, 'gateway/credential-in-two-places');
    expect(verdict.status).toBe('contraindicated');
    const finding = verdict.findings.find(({ code }) => code === 'gateway/credential-in-two-places');
    expect(finding?.claim).toBe('instance-identity');
    expect(finding?.sentence.en.found).toMatch(/127\.0\.0\.[12]/);
    expect(finding?.sentence.ja.found).toMatch(/127\.0\.0\.[12]/);
    expect(finding?.premises[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
    // It has lost its rights, until somebody looked into it.
    const { stderr } = await publish(site, device, 'mqttv5', '-t', 'd/door-1/state', '-m', 'open', '-q', '1');
    expect(stderr).toMatch(/not authorized/i);
    await site.json(
      'device',
      'clear',
      'door-1',
      '--finding',
      'gateway/credential-in-two-places',
      '--reason',
      'test bench',
    );
    expect((await verdictOf(device)).status).toBe('affirming');
  });

  it('several sessions of one device from one place are nothing to worry about', async () => {
    const device = await enrol(site, 'door-2');
    await listen(device, 'door-2', '127.0.0.1');
    for (let nth = 0; nth < 3; nth++) {
      await publish(
        site,
        { ...device, id: 'door-2/logger' },
        'mqttv311',
        '-t',
        'd/door-2/log',
        '-m',
        'x',
        '-q',
        '1',
      );
    }
    expect(codes(await verdictOf(device))).toEqual(['identity/certificate-issued']);
  });

  it('a device that probes topics which are not its own', async () => {
    const device = await enrol(site, 'meter-1');
    for (const other of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await publish(site, device, 'mqttv5', '-t', `c/${other}/set`, '-m', '1', '-q', '1');
    }
    const verdict = await settles(device, 'gateway/topic-probing');
    expect(verdict.vector.executables).toBeLessThanOrEqual(-33);
    const { stdout } = await site.kiten('verdict', 'show', 'meter-1');
    expect(stdout).toContain('gateway/topic-probing');
    expect(stdout).toMatch(/expected|remedy/);
  });

  it('the EAR verifies under the site’s key, by somebody else’s library', async () => {
    const device = await enrol(site, 'meter-2');
    const { ear, vector, status } = await verdictOf(device);
    const key = await importSPKI(
      await readFile(join(site.data, 'keys', 'verifier.pub.pem'), 'utf8'),
      'ES256',
    );
    const { payload, protectedHeader } = await jwtVerify(ear, key, { issuer: 'site.example' });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload.eat_profile).toBe('tag:ietf.org,2026:rats/ear#03');
    const [submodule] = Object.values(payload.submods as Record<string, Record<string, unknown>>);
    expect(submodule?.ear_status).toBe('affirming');
    expect(status).toBe('affirming');
    expect(submodule?.ear_trustworthiness_vector).toMatchObject({
      'instance-identity': vector['instance-identity'],
    });
  });
});
