import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFiles, enrol, publish } from './device.ts';
import { kiten, type Outcome, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

interface Waiting {
  readonly approval: { readonly id: string; readonly state: string };
}

describe.skipIf(!tools)('what takes two people, by the command line and with mosquitto', () => {
  let site: TestSite;
  let valve: DeviceFiles;
  let annsToken: string;
  beforeAll(async () => {
    site = await TestSite.start();
    await site.signal('SIGTERM');
    const file = join(site.data, 'kiten.toml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('# actions = []', 'actions = ["device-revoke"]'));
    await site.up();
    annsToken = await site.invite('ann', 'operator');
    valve = await enrol(site, 'valve-1');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const asAnn = (...args: string[]): Promise<Outcome> =>
    kiten([...args, '--site', site.ready.api], { ...site.env, KITEN_TOKEN: annsToken });
  const say = async (topic: string) => {
    const { stderr } = await publish(site, valve, 'mqttv5', '-q', '1', '-t', topic, '-m', 'x');
    return /not authorized/i.test(stderr) ? 'refused' : 'heard';
  };

  it('breaking the glass: nobody can alone, two can, and one closes it again', async () => {
    expect(await say('c/pump-7/open')).toBe('refused');
    const request = ['break-glass', 'request', '--device', 'valve-1', '--for', '10m', '--reason', 'flood'];
    const { approval } = await site.json<Waiting>(...request);
    const approve = ['approval', 'approve', approval.id, '--reason', 'the gate must open'];
    const own = await site.kiten(...approve);
    expect([own.code, own.stderr]).toEqual([1, expect.stringContaining('kiten/approval-own')]);
    expect(await say('c/pump-7/open')).toBe('refused');
    const made = ['api-token', 'create', '--operator', 'ann', '--name', 'pager', '--scope', 'operate'];
    const { token } = await site.json<{ token: string }>(...made);
    const { link } = await site.json<{ link: string }>('operator', 'link', 'ann');
    for (const KITEN_TOKEN of [token, await site.comeIn(link, ['operate'])]) {
      const by = [...approve, '--site', site.ready.api];
      const alone = await kiten(by, { ...site.env, KITEN_TOKEN });
      expect([alone.code, alone.stderr]).toEqual([1, expect.stringContaining('kiten/approval-same-hand')]);
    }
    expect(await say('c/pump-7/open')).toBe('refused');
    expect(await asAnn(...approve)).toMatchObject({ code: 0, stdout: 'break-glass is approved.\n' });
    expect(await say('c/pump-7/open')).toBe('heard');
    const { warnings } = await site.json<{ warnings: { code: string }[] }>('status');
    expect(warnings.map(({ code }) => code)).toContain('kiten/glass-broken');
    await site.signal('SIGKILL');
    await site.up();
    expect(await say('c/pump-7/open')).toBe('heard');
    expect((await asAnn('break-glass', 'end', approval.id, '--reason', 'over')).code).toBe(0);
    expect(await say('c/pump-7/open')).toBe('refused');
    expect((await site.kiten('break-glass', 'list')).stdout).toMatch(
      /ended .*valve-1 .*owner and ann .*flood/,
    );
  });

  it('what the site lists waits for somebody else, and says how that one agrees', async () => {
    const { code, stdout } = await site.kiten('device', 'revoke', 'valve-1', '--reason', 'stolen');
    expect(code).toBe(0);
    const id = /kiten approval approve ([0-9a-f]{16})/.exec(stdout)?.[1] ?? '';
    expect(await say('d/valve-1/t')).toBe('heard');
    expect((await asAnn('approval', 'list')).stdout).toMatch(/pending +device-revoke +device valve-1 +owner/);
    expect((await asAnn('approval', 'approve', id, '--reason', 'I saw it gone')).code).toBe(0);
    const { standing } = await site.json<{ standing: string }>('device', 'show', 'valve-1');
    expect(standing).toBe('revoked');
    const entries = await site.json<{ type: string; actor: string }[]>('log', 'show', '--last', '100');
    const types = ['approval/approved', 'exception/granted', 'exception/ended', 'device/revoked'];
    expect(
      entries.filter(({ type }) => types.includes(type)).map(({ type, actor }) => [type, actor]),
    ).toEqual([
      ['approval/approved', 'operator:ann'],
      ['exception/granted', 'operator:owner'],
      ['exception/ended', 'operator:ann'],
      ['approval/approved', 'operator:ann'],
      ['device/revoked', 'operator:owner'],
    ]);
  });
});
