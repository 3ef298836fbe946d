import { canonicalJson } from '@kiten/codec';
import { generateSigner } from '@kiten/identity';
import { describe, expect, it } from 'vitest';
import type { DeviceBook, DeviceRecord } from '../src/site/device-book.ts';
import {
  ann,
  day,
  evidenceOn,
  finding,
  hour,
  type InnerSite,
  newFolder,
  openSite,
  outcome,
  start,
} from './fixtures.ts';

function remembered(book: DeviceBook): DeviceRecord[] {
  const findingsInOrder = (record: DeviceRecord) => ({
    ...record,
    // When it was last composed is remembered only where it came out differently.
    verdict: { ...record.verdict, at: 0 },
    findings: record.findings.toSorted((one, other) => (canonicalJson(one) < canonicalJson(other) ? -1 : 1)),
  });
  return [...book.all()].map(findingsInOrder).sort((one, other) => (one.id < other.id ? -1 : 1));
}

async function reopened(folder: string, site: InnerSite): Promise<InnerSite> {
  await site.close();
  return openSite(folder, { clock: site.clock, fresh: false });
}

describe('what a site remembers', () => {
  it('is after a restart what it was before, for every kind of device', async () => {
    const folder = await newFolder();
    const site = await openSite(folder);
    const { clock, trust } = site;
    for (const id of ['plain', 'quarantined', 'revoked', 'returned', 'cleared', 'found', 'renewed'])
      await site.admit(id);
    await site.admit('controller', 'controllers');
    clock.advance(hour);
    await trust.stand('quarantined', 'quarantined', 'operator:ann', 'odd readings');
    await trust.stand('revoked', 'revoked', 'operator:ann', 'stolen');
    await trust.stand('returned', 'revoked', 'operator:ann', 'lost');
    clock.advance(hour);
    await site.admit('returned');
    await site.admit('renewed', 'observers');
    const at = clock.now();
    await trust.find('cleared', evidenceOn('cleared'), [
      finding('cleared', { at, value: 96, code: 'test/stolen' }),
    ]);
    await trust.clear('cleared', 'test/stolen', { operator: 'operator:ann', reason: 'mistaken', at });
    await trust.find('found', evidenceOn('found'), [
      finding('found', { at, parameters: { address: '192.0.2.1', times: 3 } }),
    ]);
    await trust.find('found', evidenceOn('found'), [finding('found', { at: at + 1, value: 33 })]);
    await trust.find('plain', evidenceOn('plain'), [
      finding('plain', { at, aspect: 'other', value: 0, code: 'test/none' }),
    ]);
    await site.groups.put({ name: 'observers', required: ['executables', 'instance-identity'] }, ann);

    const before = remembered(site.book);
    expect(before.map(({ id, standing, verdict }) => `${id} ${standing} ${verdict.status}`)).toEqual([
      'cleared admitted affirming',
      'controller admitted affirming',
      'found admitted warning',
      'plain admitted affirming',
      'quarantined quarantined affirming',
      'renewed admitted warning',
      'returned admitted affirming',
      'revoked revoked affirming',
    ]);
    const after = await reopened(folder, site);
    expect(remembered(after.book)).toEqual(before);
    expect(after.book.groups()).toEqual(site.book.groups());
    expect(after.policies.present).toEqual(site.policies.present);
  });

  it('knows who is overdue, and goes on from the same epoch', async () => {
    const folder = await newFolder();
    const site = await openSite(folder);
    await site.admit('pump-1');
    site.clock.advance(91 * day);
    await site.trust.lapse('pump-1');
    const before = site.book.get('pump-1');
    expect(before.verdict).toMatchObject({ overdue: true, status: 'warning', epoch: 2 });
    const after = await reopened(folder, site);
    expect(after.book.get('pump-1').verdict).toEqual(before.verdict);
    expect(after.book.get('pump-1').ear).toBe(before.ear);
    await after.trust.lapse('pump-1');
    expect(after.book.get('pump-1').verdict.epoch).toBe(2);
    await after.admit('pump-1');
    expect(after.book.get('pump-1').verdict).toMatchObject({ overdue: false, status: 'affirming', epoch: 3 });
  });

  it('what lapsed while the site was down lapses as soon as somebody looks', async () => {
    const folder = await newFolder();
    const site = await openSite(folder);
    await site.admit('pump-1');
    await site.close();
    site.clock.advance(91 * day);
    const after = await openSite(folder, { clock: site.clock, fresh: false });
    expect(after.book.get('pump-1').verdict.lapsesAt).toBeLessThanOrEqual(site.clock.now());
    await after.trust.lapse('pump-1');
    expect(after.book.get('pump-1').verdict).toMatchObject({ overdue: true, status: 'warning' });
  });

  it('is never more than what was found: a clock set back revives nothing', async () => {
    const folder = await newFolder();
    const site = await openSite(folder);
    await site.admit('pump-1');
    site.clock.advance(91 * day);
    await site.trust.lapse('pump-1');
    await site.close();
    site.clock.set(start + hour);
    const after = await openSite(folder, { clock: site.clock, fresh: false });
    await after.trust.lapse('pump-1');
    expect(after.book.get('pump-1').verdict).toMatchObject({ overdue: true, status: 'warning' });
  });

  it('includes whose key is whose, for certificates that expired too', async () => {
    const folder = await newFolder();
    const site = await openSite(folder);
    const key = await site.admit('pump-1');
    site.clock.advance(91 * day);
    const after = await reopened(folder, site);
    const { token } = await after.enrolment.createToken({ device: 'pump-2' }, ann);
    expect(outcome(await after.enrol('pump-2', token, key))).toBe('409 identity/key-in-use');
    expect(outcome(await after.enrol('pump-2', token, generateSigner('ES256')))).toBe('200');
  });

  it('starts where no device is yet', async () => {
    const folder = await newFolder();
    const site = await openSite(folder);
    expect(site.book.size).toBe(0);
    expect(site.book.groups().map(({ name }) => name)).toEqual([
      'password',
      'default',
      'controllers',
      'observers',
    ]);
  });
});
