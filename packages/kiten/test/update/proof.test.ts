import { encodeCorim, learnReference } from '@kiten/attestation';
import { generateSigner } from '@kiten/identity';
import { beforeEach, describe, expect, it } from 'vitest';
import { SimulatedDevice } from '../../../attestation/test/support/simulated-device.ts';
import { AttestedDevice } from '../attestation/attested-site.ts';
import { ann, type InnerSite, newFolder, openSite } from '../fixtures.ts';
import { definition, RollingDevice, release } from './rolling-site.ts';

/** What a device teaches that is known to be good. */
function corimOf(device: SimulatedDevice, model: string): Uint8Array {
  const banks = device.registers();
  const { bootLog, imaLog } = device;
  return encodeCorim(learnReference({ id: model, vendor: 'Acme', model, banks, bootLog, imaLog }));
}

/** The release comes with another boot loader, so that it takes a start to run it. */
function startInto(device: SimulatedDevice): void {
  device.bootEvents = device.bootEvents.map((event) =>
    event.data === 'firmware 1.0' ? { ...event, data: 'firmware 2.1' } : event,
  );
  device.resetCount += 1;
}

describe('a device with a TPM', () => {
  let site: InnerSite;
  let device: AttestedDevice;
  let pump: RollingDevice;
  let digest: string;

  beforeEach(async () => {
    site = await openSite(await newFolder());
    device = await AttestedDevice.admit(site, 'pump-1');
    pump = new RollingDevice(site, 'pump-1', generateSigner('ES256'));
    await site.references.describe('pump-1', { model: 'pump-2' }, ann, 'type plate');
    const old = await site.references.add(corimOf(new SimulatedDevice([11]), 'pump 2.0'), ann);
    await site.references.assign(old.digest, 'group:default', ann, 'release 2.0');
    const updated = new SimulatedDevice([11]);
    startInto(updated);
    ({ digest } = await site.references.add(corimOf(updated, 'pump 2.1'), ann));
    await release(site, 'pump-2.0.img', { releaseCounter: 6, version: '2.0' });
    await release(site, 'pump-2.1.img', { references: [digest] });
    expect((await device.attest()).device.verdict.status).toBe('affirming');
    const gate = { proof: 'verdict', soakSeconds: 0 };
    const { id } = await site.campaignDesk.create(
      definition({ gate, waves: [{ percent: 100 }] }),
      ann,
      'test',
    );
    await pump.ask();
    await site.campaignDesk.start(id, ann, 'test');
  });

  const state = async () => site.campaigns.all()[0]?.counts.sum(['proven']);
  const settled = () => site.updates.appraised('pump-1');

  it('is brought the release’s reference values, and proven by evidence that shows the release', async () => {
    expect((await pump.ask()).assigned).toEqual(['pump-2.1.img']);
    expect(site.references.imagesFor('pump-1').map(({ id }) => id)).toContain(digest);
    // What it showed before still holds, and it runs what it ran.
    expect(site.book.get('pump-1').verdict.status).toBe('affirming');
    site.clock.set(site.clock.now() + 10_000);
    await pump.update();
    expect(await state()).toBe(0);
    startInto(device);
    site.clock.set(site.clock.now() + 10_000);
    expect((await device.attest()).device.verdict.status).toBe('affirming');
    await settled();
    expect(await state()).toBe(1);
  });

  it('that confirms and goes on showing what it ran before proves nothing', async () => {
    await pump.ask();
    site.clock.set(site.clock.now() + 10_000);
    await pump.update();
    site.clock.set(site.clock.now() + 10_000);
    expect((await device.attest()).device.verdict.status).toBe('affirming');
    await settled();
    expect(await state()).toBe(0);
    expect(await pump.why(site.campaigns.all()[0]?.id ?? '')).toBe('confirmed');
  });
});
