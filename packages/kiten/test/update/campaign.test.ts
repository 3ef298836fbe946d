import { beforeEach, describe, expect, it } from 'vitest';
import { ann, entriesOf, evidenceOn, finding, type InnerSite, newFolder, openSite } from '../fixtures.ts';
import { definition, RollingDevice, release, stranger } from './rolling-site.ts';

let folder: string;
let site: InnerSite;
let devices: RollingDevice[];

beforeEach(async () => {
  folder = await newFolder();
  site = await openSite(folder);
  await release(site, 'pump-2.0.img', { releaseCounter: 6, version: '2.0' });
  await release(site, 'pump-2.1.img');
  devices = [];
  for (let number = 0; number < 5; number += 1)
    devices.push(await RollingDevice.admit(site, `pump-${number}`));
  for (const device of devices) await device.ask();
});

const begin = async (more: object = {}) => {
  const { id } = await site.campaignDesk.create(definition(more), ann, 'release 2.1');
  return site.campaignDesk.start(id, ann, 'tested in the lab');
};
const later = async (seconds: number) => {
  site.clock.set(site.clock.now() + seconds * 1000);
  await site.campaignGates.look();
};
const assigned = async () => {
  const told: RollingDevice[] = [];
  for (const device of devices) if ((await device.ask()).assigned.length > 0) told.push(device);
  return told;
};
const logged = async (type: string) => (await entriesOf(site.ledger)).filter((event) => event.type === type);

describe('a campaign', () => {
  it('reaches wave after wave: each opens when the one before has held', async () => {
    const campaign = await begin();
    const first = await assigned();
    expect(first).toHaveLength(2);
    for (const device of first) await device.update();
    await later(30);
    expect(await assigned()).toEqual([]);
    await later(31);
    const second = await assigned();
    expect(second).toHaveLength(3);
    for (const device of second) await device.update();
    await later(61);
    await later(1);
    expect(campaign.record.state).toBe('finished');
    for (const device of devices) expect(await device.why(campaign.id)).toBe('proven-by-report');
    expect((await logged('update/proven')).length).toBe(5);
    expect((await entriesOf(site.ledger)).map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'update/campaign-created',
        'update/campaign-started',
        'update/campaign-wave-opened',
        'update/campaign-finished',
      ]),
    );
  });

  it('says in the log what each device was told, before it was served', async () => {
    await begin();
    const [device] = await assigned();
    const told = (await logged('update/assigned')).filter(({ data }) => data.target === 'pump-2.1.img');
    expect(told).toHaveLength(2);
    expect(told.map(({ subject }) => subject?.id)).toContain(device?.id);
    expect(
      await site.inclusions.of(
        device?.id ?? '',
        String(told.find(({ subject }) => subject?.id === device?.id)?.data.sha256),
      ),
    ).toMatch(/"checkpoint"/);
    // Asking again tells nothing new.
    await device?.ask();
    expect(
      (await logged('update/assigned')).filter(({ data }) => data.target === 'pump-2.1.img'),
    ).toHaveLength(2);
  });

  it('pauses by itself when more fail than are tolerated, and goes on when somebody has seen it', async () => {
    const campaign = await begin({
      gate: { soakSeconds: 60, proof: 'report', tolerate: { devices: 0, percent: 0 } },
    });
    const [one, other] = await assigned();
    await one?.say('rolled-back', 'pump-2.1.img', { code: 'update/health', sentence: 'No network.' });
    await later(1);
    expect(campaign.record).toMatchObject({ state: 'paused', cause: { code: 'too-many-failed', failed: 1 } });
    expect(await one?.why(campaign.id)).toBe('rolled-back');
    expect(await devices.find((device) => device !== one && device !== other)?.why(campaign.id)).toBe(
      'paused-by-failures',
    );
    // What is under way is heard all the same.
    await other?.say('installed');
    await site.campaignDesk.resume(campaign.id, ann, 'a bad cable');
    await later(1);
    expect(campaign.record.state).toBe('running');
    await other?.say('rolled-back');
    await later(1);
    expect(campaign.record.state).toBe('paused');
  });

  it('takes back on a pause what was not installed, and tells it again afterwards', async () => {
    const campaign = await begin();
    const told = await assigned();
    await told[0]?.say('installed');
    await site.campaignDesk.pause(campaign.id, ann, 'wait');
    const answers = await Promise.all(told.map((device) => device.ask()));
    expect(answers.map(({ assigned: names }) => names)).toEqual([['pump-2.1.img'], []]);
    expect(answers[1]?.withdrawn).toEqual(['pump-2.1.img']);
    await site.campaignDesk.resume(campaign.id, ann, 'go on');
    expect((await told[1]?.ask())?.assigned).toEqual(['pump-2.1.img']);
  });

  it('tells nobody anything once a pause is acknowledged, whoever asks at the same time', async () => {
    const campaign = await begin({ waves: [{ percent: 100 }] });
    const answers = devices.map((device) => device.ask());
    await site.campaignDesk.pause(campaign.id, ann, 'stop');
    const events = await entriesOf(site.ledger);
    const paused = events.findIndex(({ type }) => type === 'update/campaign-paused');
    await Promise.all(answers);
    const after = (await entriesOf(site.ledger)).slice(paused);
    expect(after.filter(({ type, data }) => type === 'update/assigned' && data.target !== '–')).toEqual([]);
    for (const device of devices) expect((await device.ask()).assigned).toEqual([]);
  });

  it('goes on after a restart where it was: nobody is told twice, no word is lost', async () => {
    const campaign = await begin({ waves: [{ percent: 100, perMinute: 3 }] });
    const told = await assigned();
    expect(told).toHaveLength(3);
    await told[0]?.update();
    await told[1]?.say('installed');
    const before = await Promise.all(devices.map((device) => device.why(campaign.id)));
    await site.close();
    const again = await openSite(folder, { clock: site.clock, fresh: false });
    const counts = again.campaigns.get(campaign.id).counts;
    expect([
      counts.sum(['proven']),
      counts.sum(['installed']),
      counts.sum(['assigned']),
      counts.sum(['waiting']),
    ]).toEqual([1, 1, 1, 2]);
    const explained = await Promise.all(devices.map(({ id }) => again.updates.explain(id)));
    expect(explained.map(([one]) => one?.reason.code)).toEqual(before);
    // The rate of the last minute still counts.
    expect(again.campaigns.get(campaign.id).hasRoom(site.clock.now())).toBe(false);
    expect(again.campaigns.get(campaign.id).hasRoom(site.clock.now() + 60_000)).toBe(true);
  });
});

describe('a device without a TPM', () => {
  const gate = { soakSeconds: 60, tolerate: { devices: 1, percent: 10 } };

  it('is proven by its signed manifest where a campaign takes that, and not by its word', async () => {
    const campaign = await begin({ waves: [{ percent: 100 }], gate: { ...gate, proof: 'manifest' } });
    await assigned();
    const [honest, liar] = devices as [RollingDevice, RollingDevice];
    await honest.update();
    await liar.say('installed');
    await liar.say('confirmed');
    await liar.ask();
    expect(await honest.why(campaign.id)).toBe('confirmed-unmanifested');
    await honest.ask();
    expect(await honest.why(campaign.id)).toBe('proven-by-manifest');
    // What it signs is that it runs what it ran.
    expect(await liar.why(campaign.id)).toBe('confirmed-unmanifested');
    expect(campaign.counts.sum(['proven'])).toBe(1);
  });

  it('is told that nothing can prove it where a campaign takes evidence alone', async () => {
    const campaign = await begin({ waves: [{ percent: 100 }], gate: { ...gate, proof: 'verdict' } });
    await assigned();
    const [device] = devices as [RollingDevice];
    await device.update();
    await device.ask();
    expect(await device.why(campaign.id)).toBe('confirmed-unprovable');
  });
});

describe('trust that falls in the middle of a wave', () => {
  it('keeps a device from being told, and fails one that was', async () => {
    const campaign = await begin({
      waves: [{ percent: 100, atOnce: 4 }],
      gate: { soakSeconds: 60, proof: 'report', tolerate: { devices: 0, percent: 0 } },
    });
    const told = await assigned();
    const untold = devices.find((device) => !told.includes(device));
    for (const { id } of [told[0], untold] as RollingDevice[])
      await site.trust.find(id, evidenceOn(id), [
        finding(id, { value: 96, code: 'test/broken', claim: 'executables' }),
      ]);
    await later(1);
    expect(campaign.record).toMatchObject({ state: 'paused', cause: { failed: 1 } });
    expect(await told[0]?.why(campaign.id)).toBe('verdict-fell');
    await site.campaignDesk.resume(campaign.id, ann, 'seen');
    expect((await untold?.ask())?.assigned).toEqual([]);
    expect(await untold?.why(campaign.id)).toBe('trust-fell');
  });

  it('does not keep a device in quarantine from the release that its evidence calls for', async () => {
    await release(site, 'pump-2.1.img', { remedies: ['test/broken'] });
    const [sick] = devices as [RollingDevice];
    const fall = finding(sick.id, { value: 96, code: 'test/broken', claim: 'executables' });
    await site.trust.find(sick.id, evidenceOn(sick.id), [fall]);
    await site.trust.stand(sick.id, 'quarantined', 'operator:ann', 'odd');
    const campaign = await begin({ cohort: 'forbid (principal, action, resource);' });
    expect((await sick.ask()).assigned).toEqual(['pump-2.1.img']);
    // Whoever falls later is repaired as well.
    const other = devices[1] as RollingDevice;
    expect(await other.why(campaign.id)).toBe('not-in-cohort');
    await site.trust.find(other.id, evidenceOn(other.id), [
      finding(other.id, { value: 96, code: 'test/broken', claim: 'executables' }),
    ]);
    expect((await other.ask()).assigned).toEqual(['pump-2.1.img']);
  });
});

describe('a roll-back', () => {
  it('brings back who has not confirmed, leaves who has, and says so of each', async () => {
    const campaign = await begin({ waves: [{ percent: 100 }] });
    await assigned();
    const [confirmed, installed, told] = devices as [RollingDevice, RollingDevice, RollingDevice];
    await confirmed.update();
    installed.runs = 'pump-2.1.img';
    await installed.say('installed');
    await site.campaignDesk.rollback(campaign.id, ann, 'leaks');
    expect(await installed.ask()).toMatchObject({ assigned: [], withdrawn: ['pump-2.1.img'] });
    expect((await confirmed.ask()).assigned).toEqual([]);
    await told.ask();
    expect(await Promise.all([confirmed, installed, told].map((one) => one.why(campaign.id)))).toEqual([
      'cannot-go-back',
      'going-back',
      'aborted',
    ]);
    installed.runs = 'pump-2.0.img';
    await installed.say('rolled-back');
    for (const device of devices) await device.ask();
    expect(await installed.why(campaign.id)).toBe('went-back');
    await later(1);
    expect(campaign.record.state).toBe('rolled-back');
  });
});

describe('a release that is withdrawn', () => {
  const withdraw = async () => {
    const kept = site.releases.get('pump-2.1.img');
    site.releases.put({ ...kept, withdrawnAt: site.clock.now() });
  };

  it('is taken back from whoever has not confirmed it, and pauses what rolls it out', async () => {
    const campaign = await begin({ waves: [{ percent: 100 }] });
    await assigned();
    const [confirmed, installed, told] = devices as [RollingDevice, RollingDevice, RollingDevice];
    await confirmed.update();
    installed.runs = 'pump-2.1.img';
    await installed.say('installed');
    await withdraw();
    for (const device of [installed, told])
      expect(await device.ask()).toMatchObject({ assigned: [], withdrawn: ['pump-2.1.img'] });
    expect(await confirmed.ask()).toMatchObject({ assigned: [], withdrawn: [] });
    expect(await told.why(campaign.id)).toBe('release-withdrawn');
    await later(1);
    expect(campaign.record).toMatchObject({ state: 'paused', cause: { code: 'release-withdrawn' } });

    const code = 'agent/release-withdrawn';
    await told.say('refused', 'pump-2.1.img', { code, sentence: 'It was withdrawn.' });
    installed.runs = 'pump-2.0.img';
    await installed.say('rolled-back', 'pump-2.1.img', { code, sentence: 'It was withdrawn.' });
    await installed.say('rolled-back', 'pump-2.1.img', { code, sentence: 'It was withdrawn.' });
    expect((await logged('update/refused')).map(({ data }) => data.code)).toEqual([code, code]);
    // Nothing is wrong with those devices.
    expect(campaign.counts.sum(['failed'])).toBe(0);
    expect(await installed.why(campaign.id)).toBe('release-withdrawn');
    await expect(site.campaignDesk.create(definition(), ann, 'again')).rejects.toMatchObject({
      code: 'kiten/release-withdrawn',
    });

    // It comes back: whoever had to leave it is told again.
    await release(site, 'pump-2.1.img');
    await site.campaignDesk.resume(campaign.id, ann, 'it was an oversight');
    for (const device of [installed, told])
      expect(await device.ask()).toMatchObject({ assigned: ['pump-2.1.img'] });
  });

  it('is heard of by the devices that are there, before they ask', async () => {
    const heard: string[] = [];
    site.updateNotices.connect({ isConnected: () => true, tell: (device) => void heard.push(device) });
    const campaign = await begin({ waves: [{ percent: 100 }] });
    await site.updateNotices.tell(campaign);
    site.updateNotices.look();
    expect(heard.sort()).toEqual(devices.map(({ id }) => id as string));
    await devices[0]?.ask();
    heard.length = 0;
    await withdraw();
    await site.updateNotices.withdraw(['pump-2.1.img']);
    site.updateNotices.look();
    expect(heard).toEqual(['pump-0']);
  });
});

describe('a manifest', () => {
  it('counts once, is signed by the device’s own key, and leaves nothing behind when it is refused', async () => {
    await begin();
    const [device] = devices as [RollingDevice];
    const replayed = device.manifest();
    await device.ask(replayed);
    const size = site.ledger.size;
    await expect(device.ask(replayed)).rejects.toThrow(
      expect.objectContaining({ code: 'update/uptane-report-replayed' }),
    );
    await expect(device.ask(device.manifest(stranger))).rejects.toThrow(
      expect.objectContaining({ code: 'update/unsigned' }),
    );
    expect(site.ledger.size).toBe(size);
  });

  it('of a device whose hardware nobody has named is refused with what to do', async () => {
    const unknown = new RollingDevice(site, 'nameless', await site.admit('nameless'));
    await expect(unknown.ask()).rejects.toThrow(
      expect.objectContaining({ code: 'kiten/update-hardware-unknown' }),
    );
  });
});

describe('a report', () => {
  it('of what was never told is refused, and said twice is kept once', async () => {
    await begin();
    const told = await assigned();
    const untold = devices.find((device) => !told.includes(device));
    await expect(untold?.say('confirmed')).rejects.toThrow(
      expect.objectContaining({ code: 'update/report-unassigned' }),
    );
    await expect(told[0]?.say('confirmed', 'other.img')).rejects.toThrow(
      expect.objectContaining({ code: 'update/report-unassigned' }),
    );
    await told[0]?.say('installed');
    await told[0]?.say('installed');
    expect(await logged('update/reported')).toHaveLength(1);
  });
});
