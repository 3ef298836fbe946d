import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFiles, enrol, mosquittoOptions, publish } from './device.ts';
import { TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

interface Report {
  readonly mode: string;
  readonly devices: number;
  readonly total: number;
  readonly rows: { device: string; action: string; topic: string; policies: string[]; count: number }[];
}

describe.skipIf(!tools)('a group that observes, as it is met with mosquitto', () => {
  let site: TestSite;
  let device: DeviceFiles;
  beforeAll(async () => {
    site = await TestSite.start();
    await site.json('group', 'set', 'pilot', '--require', 'instance-identity');
    device = await enrol(site, 'meter-1', '--group', 'pilot');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const say = (topic: string, text = 'x') =>
    publish(site, device, 'mqttv5', '-q', '1', '-t', topic, '-m', text);
  const report = () => site.json<Report>('group', 'report', 'pilot');

  it('enforces until somebody says otherwise, with a reason', async () => {
    expect((await say('d/other/t')).stderr).toMatch(/not authorized/i);
    const { code, stderr } = await site.kiten('group', 'set', 'pilot', '--mode', 'observe');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/kiten\/reason-needed/)]);
    expect(await report()).toMatchObject({ mode: 'enforce', total: 0, rows: [] });
  });

  it('lets pass what would be denied, tells so, and reports what enforcing would break', async () => {
    await site.json('group', 'set', 'pilot', '--mode', 'observe', '--reason', 'moving over');
    for (let index = 0; index < 3; index++)
      expect((await say('d/other/t')).stderr).not.toMatch(/authorized/i);
    const found = await site.until(async () => {
      const { rows } = await report();
      return rows.length > 0 ? rows : undefined;
    }, 'the report');
    expect(found).toMatchObject([{ device: 'meter-1', action: 'publish', topic: 'd/other/t', policies: [] }]);
    const denials = await site.json<{ topic: string; enforced: boolean }[]>('device', 'denials', 'meter-1');
    expect(denials.map(({ topic, enforced }) => [topic, enforced])).toEqual([
      ['d/other/t', false],
      ['d/other/t', true],
    ]);
    const { stdout } = await site.kiten('device', 'denials', 'meter-1');
    expect(stdout).toMatch(/would have been denied/);
    expect((await site.kiten('group', 'report', 'pilot')).stdout).toMatch(
      /would have refused .* touched 1 of 1/,
    );
  });

  it('lets its device read what it may not, until the group enforces', async () => {
    const reader = await enrol(site, 'meter-2', '--group', 'pilot');
    const program = spawn('mosquitto_sub', [
      ...mosquittoOptions(site, reader),
      ...['-V', 'mqttv5', '-i', 'meter-2', '-t', 'd/meter-1/#', '-C', '1', '-W', '100'],
    ]);
    const heard: string[] = [];
    program.stdout.on('data', (chunk: Buffer) => heard.push(chunk.toString('utf8')));
    const ended = once(program, 'exit');
    await site.until(async () => {
      await say('d/meter-1/t', 'hello');
      return heard.length > 0 ? true : undefined;
    }, 'the message');
    await ended;
    expect(heard.join('')).toBe('hello\n');
    const { rows } = await report();
    expect(rows.map(({ device, action }) => `${device} ${action}`)).toContain('meter-2 subscribe');
  });

  it('keeps mode and counts over a crash; what an operator decides is enforced in either mode', async () => {
    const before = await report();
    await site.signal('SIGKILL');
    await site.up();
    expect(await report()).toMatchObject({ mode: 'observe', rows: before.rows });
    expect((await say('d/other/t')).stderr).not.toMatch(/authorized/i);
    await site.json('device', 'quarantine', 'meter-1', '--reason', 'odd readings');
    expect((await say('d/meter-1/t')).stderr).toMatch(/not authorized/i);
    await site.json('device', 'release', 'meter-1', '--reason', 'repaired');
    await site.json('group', 'set', 'pilot', '--mode', 'enforce', '--reason', 'all is well');
    expect((await say('d/other/t')).stderr).toMatch(/not authorized/i);
  });

  it('has who changed the mode, and why, in the log', async () => {
    const entries = await site.json<{ type: string; actor: string; reason?: string }[]>(
      'log',
      'show',
      '--last',
      '200',
    );
    expect(
      entries.filter(({ type }) => type === 'group/mode-changed').map(({ actor, reason }) => [actor, reason]),
    ).toEqual([
      ['operator:owner', 'moving over'],
      ['operator:owner', 'all is well'],
    ]);
  });
});
