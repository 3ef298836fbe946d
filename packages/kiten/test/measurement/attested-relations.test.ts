import { emptyVector, type Finding, streamSubject } from '@kiten/trust';
import { describe, expect, it } from 'vitest';
import { attestedTier } from '../../src/site/measurement/attested-tier.ts';
import type { StreamCommand } from '../../src/site/measurement/stream-messages.ts';
import { ann, evidenceOn, finding, type InnerSite, newFolder, openSite, start } from '../fixtures.ts';
import { appear, listening, thermometer } from './told.ts';

type Told = StreamCommand & { readonly kind: 'relate' | 'attested' };

/** Three thermometers, two of which are compared. */
async function comparing(folder: string): Promise<{ site: InnerSite; told: Told[] }> {
  const site = await openSite(folder);
  const told = await listening(site, 'relate', 'attested');
  await site.streams.declare(thermometer('air'), ann, 'test');
  for (const device of ['room-0', 'room-1', 'room-2']) await appear(site, `${device}/air`);
  const relation = { id: 'room', streams: ['room-0/air', 'room-1/air'], checks: [], every: 60 };
  await site.streams.relations.relate({ ...relation, alarmsPerDay: 1 }, ann, 'one room');
  return { site, told };
}

const attestedOf = (told: readonly Told[]): unknown => {
  const last = told.at(-1);
  return last?.kind === 'relate' ? last.known.attested : last;
};
const tampered: Partial<Finding> = { claim: 'executables', value: 99, code: 'test/tampered' };
const find = (site: InnerSite, device: string, fields: Partial<Finding>) =>
  site.trust.find(device, evidenceOn(device), [finding(device, fields)]);

describe('who compares streams is told what attestation says of their devices', () => {
  it('when that changes, of no other device, and of nothing that readings said', async () => {
    const { site, told } = await comparing(await newFolder());
    // Who a device is affirms nothing of what runs there.
    expect(attestedOf(told)).toEqual(new Map());
    told.length = 0;
    await find(site, 'room-2', tampered);
    await find(site, 'room-1', { claim: 'sourced-data', subject: streamSubject('room-1/air') });
    expect(told).toEqual([]);
    await find(site, 'room-0', {
      claim: 'executables',
      value: 2,
      code: 'test/booted',
      holdsUntil: start + 1000,
    });
    await find(site, 'room-1', tampered);
    await find(site, 'room-1', { ...tampered, at: start + 1 });
    expect(told).toEqual([
      { kind: 'attested', device: 'room-0', says: 'affirming' },
      { kind: 'attested', device: 'room-1', says: 'contraindicated' },
    ]);
    told.length = 0;
    const clearance = { operator: 'ann', reason: 'looked at', at: start };
    await site.trust.clear('room-1', 'test/tampered', clearance);
    site.clock.advance(2000);
    await site.trust.lapse('room-0');
    expect(told).toEqual([
      { kind: 'attested', device: 'room-1' },
      { kind: 'attested', device: 'room-0' },
    ]);
  });

  it('again when another thread judges, and after a restart of the site', async () => {
    const folder = await newFolder();
    const { site, told } = await comparing(folder);
    await find(site, 'room-1', tampered);
    const says = new Map([['room-1', 'contraindicated']]);
    told.length = 0;
    await site.streams.tellAll();
    expect(attestedOf(told)).toEqual(says);
    await site.close();
    const after = await listening(
      await openSite(folder, { clock: site.clock, fresh: false }),
      'relate',
      'attested',
    );
    expect(attestedOf(after)).toEqual(says);
  });

  it('as it is in force: a fall that is held does not count', async () => {
    const { site } = await comparing(await newFolder());
    const device = await find(site, 'room-1', tampered);
    expect(attestedTier(device)).toBe('contraindicated');
    expect(attestedTier({ ...device, inForce: { ...device.verdict, vector: emptyVector } })).toBeUndefined();
  });

  it('no more when its streams are not compared any more', async () => {
    const { site, told } = await comparing(await newFolder());
    await site.streams.relations.unrelate('room', ann, 'over');
    told.length = 0;
    await find(site, 'room-1', tampered);
    expect(told).toEqual([]);
  });
});
