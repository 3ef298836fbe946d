import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFiles, enrol, mosquittoOptions, publish } from './device.ts';
import { TestSite } from './kiten.ts';
import { subscribed } from './subscriber.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_sub', 'mosquitto-clients'),
].every(Boolean);

describe.skipIf(!tools)('a device of the safety class, with mosquitto', () => {
  let site: TestSite;
  let lift: DeviceFiles;
  beforeAll(async () => {
    site = await TestSite.start();
    const options = ['--require', 'instance-identity', '--safety', '--acknowledge-within', '10m'];
    await site.json('group', 'set', 'lifts', ...options, '--reason', 'people stand in them');
    lift = await enrol(site, 'lift-1', '--group', 'lifts');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const say = async (topic: string, text = 'x') => {
    const { stderr } = await publish(site, lift, 'mqttv5', '-q', '1', '-t', topic, '-m', text);
    return /not authorized/i.test(stderr) ? 'refused' : 'heard';
  };

  it('falls, is told, says that it is safe, and only then is cut', async () => {
    const { lines, ended } = await subscribed([
      ...mosquittoOptions(site, lift),
      ...['-V', 'mqttv5', '-i', 'lift-1/listener', '-q', '1', '-t', 'c/lift-1/#', '-W', '60'],
    ]);
    // What a search looks like: many filters that are not its own, in one session.
    const filters = Array.from({ length: 60 }, (_, index) => ['-t', `d/other-${index}/#`]).flat();
    const search = spawn('mosquitto_sub', [
      ...mosquittoOptions(site, lift),
      ...['-V', 'mqttv5', '-i', 'lift-1/search', ...filters, '-W', '60'],
    ]);
    await once(search, 'exit');
    const notice = await site.until(
      () => lines.find((line) => line.includes('gateway/topic-search')),
      'the notice',
    );
    const { run, playbook, acknowledge } = JSON.parse(notice) as Record<string, string>;
    expect([playbook, acknowledge]).toEqual(['safe-state', 'd/lift-1/kiten/safe-state']);
    const shown = await site.json<{ status: string; held: { by: string }[] }>('device', 'show', 'lift-1');
    expect([shown.status, shown.held.map(({ by }) => by)]).toEqual(['contraindicated', ['playbook']]);
    expect(await say('d/lift-1/t')).toBe('heard');
    await say(acknowledge as string, run);
    await ended;
    expect(await say('d/lift-1/t')).toBe('refused');
    const entries = await site.json<{ type: string }[]>('log', 'show', '--last', '100');
    expect(entries.map(({ type }) => type).filter((type) => /^(playbook|fall)/.test(type))).toEqual([
      'fall/held',
      'playbook/acknowledged',
      'fall/enforced',
    ]);
  });
});
