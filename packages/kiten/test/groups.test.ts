import { parseDeviceId } from '@kiten/trust';
import { describe, expect, it } from 'vitest';
import { modeOf, newGroup } from '../src/site/group-settings.ts';
import { reportOn } from '../src/site/observation-report.ts';
import { addObservation, forgetObservations, observationsSince } from '../src/store/observations.ts';
import { addDenial, denialsOf } from '../src/store/traffic.ts';
import { openApi } from './api-fixture.ts';
import { ann, entriesOf, newFolder, newStore, openSite, start } from './fixtures.ts';

const observing = (name: string) => ({ ...newGroup(name), mode: 'observe' as const });

describe('the mode of a device', () => {
  it('is to observe if all its groups observe, and to enforce otherwise', () => {
    expect(modeOf([observing('a'), observing('b')])).toBe('observe');
    expect(modeOf([observing('a'), newGroup('b')])).toBe('enforce');
    expect(modeOf([observing('a'), undefined])).toBe('enforce');
    expect(modeOf([])).toBe('enforce');
  });
});

describe('a change of mode', () => {
  it('takes a reason, is in the log before it acts, and leaves the rest as it was', async () => {
    const site = await openSite(await newFolder());
    await site.admit('pump-1');
    site.enforced.length = 0;
    await expect(site.groups.put({ name: 'default', mode: 'observe' }, ann)).rejects.toMatchObject({
      code: 'kiten/reason-needed',
    });
    expect(site.book.group('default').mode).toBe('enforce');
    await site.groups.put({ name: 'default', mode: 'observe' }, ann, 'moving over');
    expect(site.book.group('default')).toMatchObject({ required: ['instance-identity'], mode: 'observe' });
    expect(site.book.mode(site.book.get('pump-1'))).toBe('observe');
    expect(site.enforced).toEqual([{ device: 'pump-1', standing: 'admitted', fall: false }]);
    await site.groups.put({ name: 'default', mode: 'enforce' }, ann, 'all is well');
    expect(site.enforced.at(-1)).toMatchObject({ device: 'pump-1', fall: true });
    const changes = (await entriesOf(site.ledger)).filter(({ type }) => type.startsWith('group/'));
    expect(changes).toMatchObject([
      { type: 'group/mode-changed', actor: 'operator:ann', reason: 'moving over', data: { mode: 'observe' } },
      { type: 'group/mode-changed', data: { group: 'default', mode: 'enforce', before: 'observe' } },
    ]);
  });

  it('outlives the site', async () => {
    const folder = await newFolder();
    const first = await openSite(folder);
    await first.admit('pump-1');
    await first.groups.put({ name: 'default', mode: 'observe' }, ann, 'moving over');
    await first.close();
    const second = await openSite(folder, { fresh: false });
    expect(second.book.mode(second.book.get('pump-1'))).toBe('observe');
  });
});

describe('how many devices a group has', () => {
  it('follows enrolment and revocation', async () => {
    const site = await openSite(await newFolder());
    await site.admit('pump-1');
    await site.admit('screen', 'observers');
    await site.admit('pump-2');
    expect([site.book.sizeOf('default'), site.book.sizeOf('observers')]).toEqual([2, 1]);
    await site.trust.stand('pump-2', 'revoked', 'operator:ann', 'stolen');
    expect(site.book.sizeOf('default')).toBe(1);
    site.clock.advance(1000);
    await site.admit('pump-2');
    expect(site.book.sizeOf('default')).toBe(2);
  });
});

const line = {
  observed: 'pump-1',
  device: 'pump-1',
  action: 'publish',
  topic: 'd/x',
  policies: [],
  count: 1,
};

describe('what would have been refused', () => {
  it('is one row a device, action, topic and cause, with how often and when', async () => {
    const store = await newStore(await newFolder());
    await addObservation(store, line, start);
    await addObservation(store, { ...line, count: 5 }, start + 10);
    await addObservation(store, { ...line, policies: ['no-x'] }, start + 5);
    expect(await observationsSince(store, 0)).toEqual([
      { ...line, count: 6, firstAt: start, lastAt: start + 10 },
      { ...line, policies: ['no-x'], firstAt: start + 5, lastAt: start + 5 },
    ]);
    expect(await observationsSince(store, start + 6)).toHaveLength(1);
    await forgetObservations(store, start + 6);
    expect(await observationsSince(store, 0)).toHaveLength(1);
  });

  it('is bounded for each device and for all; nothing goes uncounted', async () => {
    const store = await newStore(await newFolder());
    const limits = { perDevice: 3, total: 5 };
    for (const device of ['pump-1', 'pump-2', 'pump-3'])
      for (let index = 0; index < 10; index++)
        await addObservation(
          store,
          { ...line, observed: device, device, topic: `d/${index}` },
          start,
          limits,
        );
    const rows = await observationsSince(store, 0);
    expect(rows).toHaveLength(7);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(30);
    expect(rows.filter(({ topic }) => topic === '#').map(({ observed, count }) => [observed, count])).toEqual(
      [
        ['pump-3', 10],
        ['pump-2', 9],
        ['pump-1', 7],
      ],
    );
  });

  it('is reported for a group: devices, topics, causes', async () => {
    const site = await openSite(await newFolder());
    await site.admit('pump-1');
    await site.admit('screen', 'observers');
    await addObservation(site.database, line, start);
    await addObservation(
      site.database,
      { ...line, device: 'screen', action: 'receive', count: 4 },
      start + 1,
    );
    await addObservation(site.database, { ...line, observed: 'screen', device: 'screen' }, start + 2);
    const report = await reportOn('default', 0, site);
    expect(report).toMatchObject({ group: 'default', mode: 'enforce', devices: 1, of: 1, total: 5, more: 0 });
    expect(report.rows.map(({ device, action }) => `${device} ${action}`)).toEqual([
      'screen receive',
      'pump-1 publish',
    ]);
    expect((await reportOn('observers', 0, site)).total).toBe(1);
    await expect(reportOn('nobody', 0, site)).rejects.toMatchObject({ code: 'kiten/group-unknown' });
  });

  it('is told apart from what was refused', async () => {
    const store = await newStore(await newFolder());
    const denial = {
      device: 'pump-1',
      action: 'publish',
      topic: 'd/x',
      policies: '[]',
      at: start,
      repeated: 1,
    };
    await addDenial(store, denial);
    await addDenial(store, { ...denial, observed: 'pump-1' });
    expect((await denialsOf(store, 'pump-1', 10)).map(({ enforced }) => enforced)).toEqual([false, true]);
  });
});

describe('the API', () => {
  it('shows the mode with groups and devices, changes it with a reason, and reports', async () => {
    const { ask, operator, admit, database } = await openApi();
    await admit('pump-1');
    const token = await operator('administrator');
    const put = (body: object) => ask('PUT', 'groups/default', { token, body });
    expect(await put({ mode: 'observe' })).toMatchObject({
      status: 400,
      body: { code: 'kiten/reason-needed' },
    });
    expect(await put({ mode: 'ignore', reason: 'x' })).toMatchObject({ status: 400 });
    expect(await put({ mode: 'observe', reason: 'moving over' })).toMatchObject({
      status: 200,
      body: { name: 'default', required: ['instance-identity'], mode: 'observe', devices: 1 },
    });
    expect((await ask('GET', 'devices/pump-1', { token })).body.mode).toBe('observe');
    await addObservation(database, line, start);
    const { body } = await ask('GET', 'groups/default/report', { token });
    expect(body).toMatchObject({ mode: 'observe', devices: 1, of: 1, total: 1, rows: [line] });
    expect((await ask('GET', `groups/default/report?since=${start + 1}`, { token })).body.rows).toEqual([]);
    expect((await ask('GET', 'groups/nobody/report', { token })).status).toBe(404);
  });

  it('lets no operator below an administrator change a mode', async () => {
    const { ask, operator } = await openApi();
    const body = { mode: 'observe', reason: 'x' };
    for (const role of ['viewer', 'operator'] as const)
      expect(await ask('PUT', 'groups/default', { token: await operator(role), body })).toMatchObject({
        status: 403,
      });
  });
});

it('a device of several groups is observed when the last of them observes', async () => {
  const site = await openSite(await newFolder());
  await site.admit('pump-1');
  const device = { ...site.book.get('pump-1'), groups: ['default', 'observers'] };
  site.book.put({ ...device, id: parseDeviceId('pump-1') });
  await site.groups.put({ name: 'default', mode: 'observe' }, ann, 'first');
  expect(site.book.mode(site.book.get('pump-1'))).toBe('enforce');
  await site.groups.put({ name: 'observers', mode: 'observe' }, ann, 'second');
  expect(site.book.mode(site.book.get('pump-1'))).toBe('observe');
});
