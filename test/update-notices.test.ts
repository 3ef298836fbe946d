// An agent that goes on by itself: it hears by MQTT that there is something for it, and leaves what is withdrawn.
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { agentDevice } from './agent.ts';
import { wholeLog } from './busy-site.ts';
import { newReleasingSite } from './releasing-site.ts';
import { RunningAgent } from './running-agent.ts';
import { requireTool } from './tools.ts';

const openssl = requireTool('openssl', 'openssl');

describe.skipIf(!openssl)('an agent that listens by MQTT', () => {
  it('installs as soon as its turn comes, and leaves as soon as a release is withdrawn', async () => {
    const { site, at, publish, withdraw, create } = await newReleasingSite();
    await publish('pump/2.1.img', Buffer.from('2.1'), { releaseCounter: 7, version: '2.1' });
    const device = await agentDevice(
      site,
      'pump-1',
      `mqtt = "mqtts://localhost:${site.ready.mqtts.split(':')[1]}"
[update]
hardware = "pump-2"
director-root = "${join(site.data, 'update', 'director', 'metadata', '1.root.json')}"
image-root = "${at('repository/metadata/1.root.json')}"
state = "${at('update-pump-1')}"
health = ["test", "!", "-e", "${at('sick')}"]
[update.directories]
directory = "${at('slots')}"
`,
    );
    await device.enrol();
    await site.json('update', 'device', 'set', 'pump-1', '--hardware', 'pump-2', '--reason', 'test');
    await mkdir(at('slots/a'), { recursive: true });
    await writeFile(at('slots/a/image'), '2.0');
    await symlink('a', at('slots/current'));
    const runs = () => readFile(at('slots/current/image'), 'utf8');
    const agent = new RunningAgent(device, 'update', 'run');
    onTestFinished(() => agent.end('SIGKILL').then(() => undefined));
    await agent.next('connected');
    const looked = () => site.json<{ askedAt?: number }>('update', 'campaign', 'why', 'pump-1');
    await site.until(async () => (await looked()).askedAt, 'the first look');
    const campaign = (name: string, target: string) =>
      create({
        ...{ name, targets: [target], waves: [{ percent: 100 }] },
        cohort: 'permit (principal, action == Action::"update", resource);',
        gate: { soakSeconds: 0, proof: 'manifest' },
      });

    // The next look by itself would come after a quarter of an hour.
    const { id } = await campaign('2.1', 'pump/2.1.img');
    await site.json('update', 'campaign', 'start', id, '--reason', 'tested');
    const { place } = await agent.next('confirmed');
    expect(await runs()).toBe('2.1');

    await writeFile(at('sick'), '');
    await publish('pump/2.2.img', Buffer.from('2.2'), { releaseCounter: 8, version: '2.2' });
    const next = await campaign('2.2', 'pump/2.2.img');
    await site.json('update', 'campaign', 'start', next.id, '--reason', 'tested');
    await agent.next('installed', place);
    expect(await runs()).toBe('2.2');
    await withdraw('pump/2.2.img');
    for (let from = place, code: unknown; code !== 'agent/release-withdrawn'; )
      ({ place: from, code } = await agent.next('failed', from));
    expect(await runs()).toBe('2.1');
    await rm(at('sick'));
    const told = await site.until(
      async () => (await wholeLog(site)).find(({ data }) => data.code === 'agent/release-withdrawn'),
      'what the site is told of it',
    );
    expect(told).toMatchObject({
      type: 'update/refused',
      data: { state: 'rolled-back', target: 'pump/2.2.img' },
    });
    const why = await site.json<{ campaigns: { name: string; why: { code: string } }[] }>(
      ...['update', 'campaign', 'why', 'pump-1'],
    );
    expect(why.campaigns.map(({ name, why: { code } }) => [name, code])).toEqual([
      ['2.2', 'release-withdrawn'],
      ['2.1', 'proven-by-manifest'],
    ]);
    expect(await agent.end('SIGTERM')).toBe(0);
  }, 120_000);
});
