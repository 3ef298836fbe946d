// Roll-outs over a real site: releases published from a repository, devices that verify both repositories over mutual TLS.
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AgentDevice, agentDevice } from './agent.ts';
import { wholeLog } from './busy-site.ts';
import type { TestSite } from './kiten.ts';
import { refusal } from './outcomes.ts';
import { type Campaign, newReleasingSite } from './releasing-site.ts';
import { requireTool } from './tools.ts';
import { UpdatedDevice } from './updated-device.ts';

const openssl = requireTool('openssl', 'openssl');
const image = Buffer.alloc(300_000, 'kiten 2.1 ');

const definition = (more: object = {}) => ({
  name: 'pumps to 2.1',
  targets: ['pump/2.1.img'],
  cohort:
    'permit (principal, action == Action::"update", resource) when { principal.hardwareId == "pump-2" };',
  waves: [{ devices: 1 }, { percent: 100 }],
  gate: { soakSeconds: 0, proof: 'report' },
  ...more,
});
const release = { releaseCounter: 7, version: '2.1' };
const show = (site: TestSite, id: string) => site.json<Campaign>('update', 'campaign', 'show', id);

describe.skipIf(!openssl)('a roll-out', () => {
  it('brings a release to devices that believe two repositories alone, and says of each why', async () => {
    const { site, publish, create } = await newReleasingSite();
    const published = await publish('pump/2.1.img', image, release);
    expect(published.site).toMatchObject({ releases: ['pump/2.1.img'], files: 1 });
    const pumps = [
      await UpdatedDevice.enrol(site, 'pump-1', 'pump-2'),
      await UpdatedDevice.enrol(site, 'pump-2', 'pump-2'),
    ];
    const valve = await UpdatedDevice.enrol(site, 'valve-1', 'valve-3');
    for (const device of [...pumps, valve])
      expect(await device.manifest()).toMatchObject({ status: 200, body: { assigned: [] } });

    const { id } = await create(definition());
    expect(refusal(await site.kiten('update', 'campaign', 'resume', id, '--reason', 'no', '--json'))).toBe(
      'update/campaign-state',
    );
    await site.json('update', 'campaign', 'start', id, '--reason', 'tested');
    const answers = [await pumps[0]?.manifest(), await pumps[1]?.manifest()];
    expect(answers.map((answer) => answer?.body.assigned.length).sort()).toEqual([0, 1]);
    const [first, second] = answers[0]?.body.assigned.length === 1 ? pumps : pumps.toReversed();
    if (first === undefined || second === undefined) throw new Error('nobody was told');

    const { update, download } = await first.verify('pump-2');
    expect(update.images.map(({ path, releaseCounter }) => [path, releaseCounter])).toEqual([
      ['pump/2.1.img', 7],
    ]);
    expect((await download('pump/2.1.img')).equals(image)).toBe(true);
    // What it was told, and the release, stand in the log.
    const targets = (await first.ask('GET', '/update/director/targets.json')).bytes;
    for (const sha256 of [targets, image].map((bytes) => createHash('sha256').update(bytes).digest('hex')))
      expect(await first.ask('GET', `/update/inclusion/${sha256}`)).toMatchObject({
        status: 200,
        body: { proof: { path: expect.any(Array) } },
      });

    first.installed = { path: 'pump/2.1.img', content: image };
    expect((await first.report('pump/2.1.img', 'installed')).status).toBe(200);
    expect((await first.report('pump/2.1.img', 'confirmed')).status).toBe(200);
    expect(await second.report('pump/2.1.img', 'confirmed')).toMatchObject({
      status: 409,
      body: { code: 'update/report-unassigned' },
    });
    await site.until(async () => (await show(site, id)).wave === 2 || undefined, 'the second wave');
    expect((await second.manifest()).body.assigned).toEqual(['pump/2.1.img']);
    await second.report('pump/2.1.img', 'refused', {
      code: 'update/no-space',
      sentence: 'The slot is too small.',
    });

    const why = async (device: string) => {
      const { campaigns } = await site.json<{
        campaigns: { why: { code: string; sentence: { en: string; ja: string } } }[];
      }>('update', 'campaign', 'why', device);
      return campaigns[0]?.why;
    };
    expect(await why(first.id)).toMatchObject({ code: 'proven-by-report' });
    expect(await why(second.id)).toMatchObject({
      code: 'backing-off',
      sentence: { en: expect.stringContaining('update/no-space') },
    });
    expect(await why(valve.id)).toMatchObject({
      code: 'hardware-differs',
      sentence: { ja: expect.stringContaining('ハードウェア') },
    });
    await site.json('update', 'campaign', 'abort', id, '--reason', 'enough');
    expect((await second.manifest()).body.assigned).toEqual([]);
    expect((await site.kiten('log', 'verify')).code).toBe(0);
  }, 120_000);

  it('is for whoever shows a certificate that is in force, piece by piece where a device asks for a piece', async () => {
    const { site, publish } = await newReleasingSite();
    await publish('pump/2.1.img', image, release);
    const device = await UpdatedDevice.enrol(site, 'pump-1', 'pump-2');
    const path = `/update/image/targets/pump/${createHash('sha256').update(image).digest('hex')}.2.1.img`;
    expect((await device.ask('GET', path)).bytes.equals(image)).toBe(true);
    const piece = await device.ask('GET', path, { headers: { range: 'bytes=1000-1999' } });
    expect([piece.status, piece.headers['content-range']]).toEqual([206, `bytes 1000-1999/${image.length}`]);
    expect(piece.bytes.equals(image.subarray(1000, 2000))).toBe(true);
    const rest = await device.ask('GET', path, { headers: { range: `bytes=${image.length - 5}-` } });
    expect(rest.bytes.equals(image.subarray(-5))).toBe(true);
    expect((await device.ask('GET', path, { headers: { range: `bytes=${image.length}-` } })).status).toBe(
      416,
    );
    for (const wrong of [
      '../../../site.db',
      '..%2f..%2fsite.db',
      'metadata/.pending-x',
      'metadata',
      'keys/server.key.pem',
    ])
      expect((await device.ask('GET', `/update/image/${wrong}`)).status).toBeGreaterThanOrEqual(400);

    await site.json('device', 'quarantine', 'pump-1', '--reason', 'odd');
    expect((await device.manifest()).status).toBe(200);
    await site.json('device', 'revoke', 'pump-1', '--reason', 'stolen');
    expect(await device.manifest()).toMatchObject({
      status: 401,
      body: { code: 'kiten/certificate-needed' },
    });
  }, 120_000);

  it('publishes nothing that devices would refuse, or that is older than what they have seen', async () => {
    const { site, at, publish } = await newReleasingSite();
    await publish('pump/2.1.img', image, release);
    const old = new Map<string, string>();
    for (const name of await readdir(at('repository/metadata')))
      old.set(name, (await readFile(join(at('repository/metadata'), name))).toString('base64'));
    await publish('pump/2.2.img', Buffer.from('2.2'), { releaseCounter: 8, version: '2.2' });
    const bring = async (files: Record<string, string>) => {
      const body = JSON.stringify({ files, reason: 'test' });
      const response = await site.fetch('/update/images/metadata', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      return ((await response.json()) as { code?: string }).code;
    };
    const served = async () => (await site.fetch('/update/releases')).json();
    const before = await served();
    expect(await bring(Object.fromEntries(old))).toBe('kiten/image-rollback');
    const newest = await readFile(at('repository/metadata/timestamp.json'), 'utf8');
    const { signed, signatures } = JSON.parse(newest) as { signed: { version: number }; signatures: unknown };
    const forged = JSON.stringify({ signed: { ...signed, version: signed.version + 1 }, signatures });
    expect(await bring({ 'timestamp.json': Buffer.from(forged).toString('base64') })).toBe('update/unsigned');
    expect(await bring({ '../x.json': '' })).toBe('kiten/image-metadata');
    expect(await served()).toEqual(before);
  }, 120_000);
});

describe.skipIf(!openssl)('agents of a fleet', () => {
  it('install a release into their other slot, wave by wave, and one that is not well does not confirm', async () => {
    const { site, at, publish, create } = await newReleasingSite();
    await publish('pump/2.1.img', image, release);
    const agents: AgentDevice[] = [];
    for (const id of ['pump-1', 'pump-2']) {
      const slots = join(site.directory, `slots-${id}`);
      const device = await agentDevice(
        site,
        id,
        `[update]
hardware = "pump-2"
director-root = "${join(site.data, 'update', 'director', 'metadata', '1.root.json')}"
image-root = "${at('repository/metadata/1.root.json')}"
state = "${join(site.directory, `update-${id}`)}"
health = ["test", "!", "-e", "${join(site.directory, `sick-${id}`)}"]
confirm-within-boots = 1
[update.directories]
directory = "${slots}"
`,
      );
      await device.enrol();
      await site.json('update', 'device', 'set', id, '--hardware', 'pump-2', '--reason', 'test');
      await device.json('update', 'check');
      agents.push(device);
    }
    const gate = { soakSeconds: 0, proof: 'report', tolerate: { devices: 0, percent: 0 } };
    const { id } = await create(definition({ gate }));
    await site.json('update', 'campaign', 'start', id, '--reason', 'tested');
    const members = await site.json<{ device: string; wave: number }[]>('update', 'campaign', 'devices', id);
    const first = members.find(({ wave }) => wave === 1)?.device;
    const [one, other] = agents[0]?.id === first ? agents : agents.toReversed();
    if (one === undefined || other === undefined) throw new Error('there is no first wave');
    const current = (device: AgentDevice) =>
      readFile(join(site.directory, `slots-${device.id}`, 'current', 'image'));

    await one.json('update', 'install');
    expect((await current(one)).equals(image)).toBe(true);
    await one.json('update', 'confirm');
    await site.until(async () => (await show(site, id)).wave === 2 || undefined, 'the second wave');

    await writeFile(join(site.directory, `sick-${other.id}`), '');
    await other.json('update', 'install');
    expect((await other.agent('update', 'confirm')).code).toBe(1);
    await site.json('update', 'campaign', 'abort', id, '--reason', 'enough');
    const why = async (device: AgentDevice) =>
      (await site.json<{ campaigns: { why: { code: string } }[] }>('update', 'campaign', 'why', device.id))
        .campaigns[0]?.why.code;
    expect([await why(one), await why(other)]).toEqual(['proven-by-report', 'installed']);
  }, 120_000);
});

describe.skipIf(!openssl)('a crash in the middle of a wave', () => {
  it('loses nothing that a device was answered, and repeats nothing', async () => {
    const { site, publish, create } = await newReleasingSite();
    await publish('pump/2.1.img', image, release);
    const devices: UpdatedDevice[] = [];
    for (let number = 0; number < 10; number += 1)
      devices.push(await UpdatedDevice.enrol(site, `pump-${number}`, 'pump-2'));
    for (const device of devices) await device.manifest();
    const { id } = await create(definition({ waves: [{ devices: 4 }, { percent: 100 }] }));
    await site.json('update', 'campaign', 'start', id, '--reason', 'tested');

    const acknowledged = {
      told: new Set<string>(),
      installed: new Set<string>(),
      confirmed: new Set<string>(),
    };
    let isOver = false;
    /** Goes on until all is said, whatever becomes of the site in between. */
    const live = async (device: UpdatedDevice): Promise<void> => {
      while (!isOver && !acknowledged.confirmed.has(device.id)) {
        try {
          if (!acknowledged.told.has(device.id)) {
            const { status, body } = await device.manifest();
            if (status === 200 && body.assigned.length > 0) acknowledged.told.add(device.id);
          } else if (!acknowledged.installed.has(device.id)) {
            device.installed = { path: 'pump/2.1.img', content: image };
            if ((await device.report('pump/2.1.img', 'installed')).status === 200)
              acknowledged.installed.add(device.id);
          } else if ((await device.report('pump/2.1.img', 'confirmed')).status === 200)
            acknowledged.confirmed.add(device.id);
        } catch (error) {
          // Nobody is there: it comes back.
          if ((error as NodeJS.ErrnoException).code === undefined) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 20 + 80 * Math.random()));
      }
    };
    const lives = devices.map(live);
    for (const enough of [1, 3, 6]) {
      await site.until(
        () => acknowledged.told.size >= enough || undefined,
        `${enough} devices that are told`,
      );
      await site.signal('SIGKILL');
      await site.up();
    }
    await Promise.all(lives);
    isOver = true;

    const log = await wholeLog(site);
    const of = (type: string, where: (data: Readonly<Record<string, unknown>>) => boolean) =>
      log
        .filter((entry) => entry.type === type && where(entry.data))
        .map(({ subject }) => subject)
        .sort();
    const all = devices.map((device) => `device:${device.id}`).sort();
    expect(of('update/assigned', ({ target }) => target === 'pump/2.1.img')).toEqual(all);
    expect(of('update/reported', ({ state }) => state === 'installed')).toEqual(all);
    expect(of('update/reported', ({ state }) => state === 'confirmed')).toEqual(all);
    expect(of('update/proven', () => true)).toEqual(all);
    const finished = await site.until(async () => {
      const found = await show(site, id);
      return found.state === 'finished' ? found : undefined;
    }, 'the end of the campaign');
    expect(finished.waves.map(({ size, proven }) => [size, proven])).toEqual([
      [4, 4],
      [6, 6],
    ]);
    const opened = (await wholeLog(site)).filter(({ type }) => type === 'update/campaign-wave-opened');
    expect(opened.map(({ data }) => data.wave)).toEqual([2]);
    expect((await site.kiten('log', 'verify')).code).toBe(0);
  }, 180_000);
});
