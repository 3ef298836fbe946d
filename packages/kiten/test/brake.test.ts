import { type Finding, parseDeviceId } from '@kiten/trust';
import { describe, expect, it } from 'vitest';
import { trustInForce } from '../src/site/held-fall.ts';
import { newestFindings } from '../src/store/findings.ts';
import { openApi } from './api-fixture.ts';
import {
  ann,
  entriesOf,
  evidenceOn,
  finding,
  hour,
  type InnerSite,
  newFolder,
  openSite,
  start,
} from './fixtures.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `pump-${index + 1}`);
const bad = (device: string, fields: Partial<Finding> = {}) =>
  finding(device, { claim: 'hardware', value: -110, code: 'test/counterfeit', ...fields });

/** A site with a group of ten; the brake is pulled when more than three fall. */
async function newFleet(folder?: string, count = 10) {
  const site = await openSite(folder ?? (await newFolder()));
  for (const name of names(count)) await site.admit(name);
  await site.groups.put({ name: 'default', brake: { share: 30, least: 2 } }, ann, 'small group');
  site.enforced.length = 0;
  return { ...site, ...acting(site) };
}

function acting(site: InnerSite) {
  const find = (device: string, fields: Partial<Finding> = {}) =>
    site.trust.find(device, evidenceOn(device), [bad(device, { at: site.clock.now(), ...fields })]);
  /** What enforcement has of the claim. */
  const hardware = (device: string) => trustInForce(site.book.get(device)).verdict.vector.hardware;
  return { find, hardware };
}

describe('a cause that fells too much of a group', () => {
  it('is enforced up to the share; what it fells beyond is shown, held, and a person is called', async () => {
    const site = await newFleet();
    const heard: string[] = [];
    site.hub.subscribe(({ type, data }) => type === 'brake' && heard.push(`${data.id} ${data.state}`));
    for (const name of names(6)) await site.find(name);
    expect(names(6).map((name) => site.book.get(name).verdict.vector.hardware)).toEqual(Array(6).fill(-110));
    expect(names(6).map(site.hardware)).toEqual([-110, -110, -110, 0, 0, 0]);
    expect(site.enforced.map(({ fall }) => fall)).toEqual([true, true, true, false, false, false]);
    expect(site.brake.all()).toMatchObject([
      {
        ...{ id: 1, group: 'default', code: 'test/counterfeit', appraiser: 'test', state: 'braking' },
        ...{ share: 30, fallen: 3, groupSize: 10 },
      },
    ]);
    expect(site.brake.heldBy(1)).toEqual(['pump-4', 'pump-5', 'pump-6']);
    expect(heard).toEqual(['1 braking']);
    const told = (await entriesOf(site.ledger)).filter(({ type }) => /^(brake|fall)/.test(type));
    expect(told.map(({ type }) => type)).toEqual(['brake/pulled', 'fall/held', 'fall/held', 'fall/held']);
    expect(told[1]).toMatchObject({
      subject: { id: 'pump-4' },
      data: { code: 'test/counterfeit', brake: 1 },
    });
  });

  it('counts within the window only, and only devices of the group', async () => {
    const site = await newFleet();
    for (const name of names(3)) await site.find(name);
    site.clock.advance(hour + 1);
    await site.admit('screen', 'observers');
    for (const name of ['screen', 'pump-4', 'pump-5', 'pump-6']) await site.find(name);
    expect(site.brake.all()).toEqual([]);
    await site.find('pump-7');
    expect(site.brake.heldBy(1)).toEqual(['pump-7']);
  });

  it('is each of its own: another code, or another appraiser, is counted by itself', async () => {
    const site = await newFleet();
    for (const name of names(3)) await site.find(name);
    for (const name of names(6).slice(3)) await site.find(name, { code: 'test/worn' });
    for (const name of names(9).slice(6)) await site.find(name, { appraiser: 'other' });
    expect(site.brake.all()).toEqual([]);
    expect(names(9).map(site.hardware)).toEqual(Array(9).fill(-110));
  });

  it('is never a failed proof of identity or a forged signature', async () => {
    const site = await newFleet();
    for (const name of names(6))
      await site.find(name, { claim: 'instance-identity', value: -100, code: 'test/copied' });
    for (const name of names(6))
      await site.find(name, { claim: 'executables', value: 99, code: 'test/forged' });
    expect(site.brake.all()).toEqual([]);
    for (const name of names(6)) await site.find(name);
    // A held device that turns out to be copied falls all the same.
    await site.find('pump-7');
    await site.find('pump-7', { claim: 'instance-identity', value: -100, code: 'test/copied' });
    const { vector } = trustInForce(site.book.get('pump-7')).verdict;
    expect([vector['instance-identity'], vector.hardware]).toEqual([-100, 0]);
    expect(site.enforced.at(-1)).toMatchObject({ device: 'pump-7', fall: true });
  });

  it('does not pull a brake in a group that observes', async () => {
    const site = await newFleet();
    await site.groups.put({ name: 'default', mode: 'observe' }, ann, 'moving over');
    for (const name of names(9)) await site.find(name);
    expect(site.brake.all()).toEqual([]);
  });
});

describe('a fall that is held', () => {
  it('acts when the brake is confirmed, enforced before it is logged; what falls next acts at once', async () => {
    const site = await newFleet();
    for (const name of names(5)) await site.find(name);
    site.enforced.length = 0;
    await site.brakes.confirm(1, ann, 'a bad batch');
    expect(names(5).map(site.hardware)).toEqual(Array(5).fill(-110));
    expect(site.enforced).toEqual(
      ['pump-4', 'pump-5'].map((device) => ({ device, standing: 'admitted', fall: true })),
    );
    await site.find('pump-6');
    expect(site.hardware('pump-6')).toBe(-110);
    expect(site.brake.all()).toMatchObject([
      { state: 'confirmed', decidedBy: 'operator:ann', reason: 'a bad batch' },
    ]);
    const types = (await entriesOf(site.ledger)).map(({ type }) => type);
    expect(types.filter((type) => /confirmed|enforced/.test(type))).toEqual([
      'brake/confirmed',
      'fall/enforced',
      'fall/enforced',
    ]);
    await expect(site.brakes.release(1, ann, 'x')).rejects.toMatchObject({ code: 'kiten/brake-decided' });
  });

  it('stays held when the brake is released, on record; what falls next is counted anew', async () => {
    const site = await newFleet();
    for (const name of names(5)) await site.find(name);
    site.clock.advance(1);
    await site.brakes.release(1, ann, 'the appraiser is wrong');
    expect(site.brake.heldBy(1)).toEqual(['pump-4', 'pump-5']);
    site.clock.advance(1);
    for (const name of names(8).slice(5)) await site.find(name);
    expect(names(8).map(site.hardware)).toEqual([-110, -110, -110, 0, 0, -110, -110, -110]);
    await site.find('pump-9');
    expect(site.brake.all().map(({ id, state }) => [id, state])).toEqual([
      [2, 'braking'],
      [1, 'released'],
    ]);
    // Whoever thinks better of it can still confirm.
    await site.brakes.confirm(1, ann, 'it was right');
    expect(site.hardware('pump-4')).toBe(-110);
  });

  it('holds that one cause only: another one of the same device acts', async () => {
    const site = await newFleet();
    for (const name of names(4)) await site.find(name);
    await site.find('pump-4', { claim: 'configuration', code: 'test/open', aspect: 'ports' });
    const { vector } = trustInForce(site.book.get('pump-4')).verdict;
    expect([vector.hardware, vector.configuration]).toEqual([0, -110]);
  });

  it('is over when the finding no longer counts', async () => {
    const site = await newFleet();
    for (const name of names(5)) await site.find(name);
    const clearance = { operator: 'operator:ann', reason: 'examined', at: site.clock.now() };
    await site.trust.clear('pump-4', 'test/counterfeit', clearance);
    site.clock.advance(1);
    const good = { value: 2, code: 'test/genuine', holdsUntil: start + 10 * hour };
    await site.find('pump-5', good);
    expect(site.brake.heldBy(1)).toEqual([]);
    expect(site.book.get('pump-4').inForce).toBeUndefined();
    expect(await site.database.selectFrom('held_falls').selectAll().execute()).toEqual([]);
  });

  it('keeps nothing alive that lapses meanwhile', async () => {
    const site = await newFleet();
    await site.find('pump-4', { value: 2, code: 'test/genuine', holdsUntil: start + hour });
    expect(site.hardware('pump-4')).toBe(2);
    for (const name of names(3)) await site.find(name);
    site.clock.advance(1);
    await site.find('pump-4');
    expect([site.hardware('pump-4'), site.brake.heldBy(1)]).toEqual([2, ['pump-4']]);
    site.clock.advance(hour);
    await site.trust.lapse('pump-4');
    expect(trustInForce(site.book.get('pump-4')).verdict).toMatchObject({
      overdue: true,
      vector: { hardware: 0 },
    });
  });

  it('outlives the site, with the brake and what it counted', async () => {
    const folder = await newFolder();
    const first = await newFleet(folder);
    for (const name of names(5)) await first.find(name);
    const before = names(10).map((name) => first.book.get(name));
    await first.close();
    const site = await openSite(folder, { clock: first.clock, fresh: false });
    const { find, hardware } = acting(site);
    expect(names(10).map((name) => site.book.get(name))).toEqual(before);
    expect(names(5).map(hardware)).toEqual([-110, -110, -110, 0, 0]);
    expect(site.brake.all()).toEqual(first.brake.all());
    await find('pump-6');
    expect(hardware('pump-6')).toBe(0);
    await site.brakes.confirm(1, ann, 'a bad batch');
    expect(names(6).map(hardware)).toEqual(Array(6).fill(-110));
    expect(await newestFindings(site.database)).toHaveLength(16);
  });

  it('acts after a crash between the decision and its last device', async () => {
    const folder = await newFolder();
    const first = await newFleet(folder);
    for (const name of names(5)) await first.find(name);
    await first.database.updateTable('brakes').set({ state: 'confirmed', decided_at: start }).execute();
    await first.close();
    const site = await openSite(folder, { clock: first.clock, fresh: false });
    expect(names(5).map(acting(site).hardware)).toEqual(Array(5).fill(-110));
  });
});

it('the API lists brakes with what they hold, and takes decisions with a reason', async () => {
  const site = await openApi();
  for (const name of names(5)) await site.admit(name);
  const token = await site.operator('administrator');
  const body = { brake: { share: 20, least: 1 } };
  expect(await site.ask('PUT', 'groups/default', { token, body })).toMatchObject({ status: 400 });
  const put = await site.ask('PUT', 'groups/default', { token, body: { ...body, reason: 'few' } });
  expect(put.body.brake).toEqual({ share: 20, least: 1, windowSeconds: 3600 });
  for (const name of names(3)) {
    const id = parseDeviceId(name);
    await site.trust.find(name, evidenceOn(name), [
      bad(id, {
        code: 'gateway/topic-search',
        claim: 'executables',
        appraiser: 'gateway/topic-probing',
        parameters: { distinct: 50, window: 60, example: 'a' },
      }),
    ]);
  }
  const { body: listed } = await site.ask('GET', 'brakes', { token });
  expect(listed.brakes).toMatchObject([
    {
      id: 1,
      state: 'braking',
      devices: ['pump-2', 'pump-3'],
      sentence: { en: { found: expect.stringMatching(/searched/) } },
    },
  ]);
  expect((await site.ask('GET', 'devices/pump-2', { token })).body.held).toMatchObject([
    { by: 'brake', brake: 1 },
  ]);
  const viewer = await site.operator('viewer');
  const reason = { reason: 'a test' };
  expect((await site.ask('POST', 'brakes/1/confirm', { token: viewer, body: reason })).status).toBe(403);
  expect((await site.ask('POST', 'brakes/1/confirm', { token, body: {} })).status).toBe(400);
  expect((await site.ask('POST', 'brakes/2/confirm', { token, body: reason })).status).toBe(404);
  expect(await site.ask('POST', 'brakes/1/release', { token, body: reason })).toMatchObject({
    status: 200,
    body: { state: 'released', devices: ['pump-2', 'pump-3'] },
  });
  expect((await site.ask('POST', 'brakes/1/release', { token, body: reason })).status).toBe(409);
  expect(await site.ask('POST', 'brakes/1/confirm', { token, body: reason })).toMatchObject({
    status: 200,
    body: { state: 'confirmed', devices: [] },
  });
});
