import { describe, expect, it } from 'vitest';
import { ann, hour, newFolder, openSite, typesOf } from '../fixtures.ts';
import { AttestedDevice, codesOf } from './attested-site.ts';

async function siteWithDevice() {
  const folder = await newFolder();
  const site = await openSite(folder);
  return { folder, site, device: await AttestedDevice.admit(site, 'pump-1') };
}

describe('evidence', () => {
  it('that answers too late is a finding, and affirms nothing', async () => {
    const { site, device } = await siteWithDevice();
    const evidence = device.answer();
    site.clock.advance(60_000);
    const outcome = await device.send(evidence);
    expect(codesOf(outcome)).toEqual(['nonce-expired']);
    expect(outcome.device.verdict.status).toBe('warning');
    expect(outcome.holdsUntil).toBeUndefined();
    expect((await device.attest()).device.verdict.vector['instance-identity']).toBe(2);
  });

  it('is durable, logged and in force when it is answered', async () => {
    const { site, device } = await siteWithDevice();
    const outcome = await device.attest();
    expect(site.book.get('pump-1')).toBe(outcome.device);
    const [finding] = outcome.findings;
    const { content } = await site.evidence.read(finding?.premises[0] ?? '');
    expect(content.length).toBeGreaterThan(100);
    expect(await typesOf(site.ledger)).toContain('verdict/issued');
    expect(outcome.nextBefore).toBe(site.clock.now() + hour);
  });

  it('leaves the device overdue when its time is over', async () => {
    const { site, device } = await siteWithDevice();
    const { holdsUntil = 0 } = await device.attest();
    expect(holdsUntil - site.clock.now()).toBe(hour + hour / 10 + 60_000);
    site.clock.advance(holdsUntil - site.clock.now());
    const lapsed = await site.trust.lapse('pump-1');
    expect(lapsed.verdict.overdue).toBe(true);
    expect((await device.attest()).device.verdict.overdue).toBe(false);
  });

  it('goes on where the last one ended, after a restart too', async () => {
    const { folder, site, device } = await siteWithDevice();
    const length = device.imaLog.length;
    await device.attest();
    expect(site.attestation.challenge('pump-1').ima).toEqual({ offset: length, resetCount: 7 });
    await site.close();
    const again = await openSite(folder, { clock: site.clock, fresh: false });
    expect(again.attestation.challenge('pump-1').ima).toEqual({ offset: length, resetCount: 7 });
    const before = again.attesters.find('pump-1')?.last?.state;
    expect(before).toEqual(site.attesters.find('pump-1')?.last?.state);
  });

  it('of a clock that went back is found, and forgets nothing', async () => {
    const { device } = await siteWithDevice();
    await device.attest();
    device.clock = 1n;
    expect(codesOf(await device.attest())).toEqual(['clock-stepped-back']);
    device.clock = 5000n;
    expect(codesOf(await device.attest())).toContain('key-proven');
  });

  it('is not taken from a revoked device', async () => {
    const { site, device } = await siteWithDevice();
    const evidence = device.answer();
    await site.trust.stand('pump-1', 'revoked', 'operator:ann', 'stolen');
    await expect(device.send(evidence)).rejects.toMatchObject({ code: 'kiten/attestation-forbidden' });
  });
});

describe('an attestation key', () => {
  it('is forgotten on record, and with it what the TPM was remembered by', async () => {
    const { folder, site, device } = await siteWithDevice();
    await device.attest();
    await site.attestationKeys.forget('pump-1', ann, 'new board');
    expect(site.attesters.find('pump-1')).toBeUndefined();
    expect(await typesOf(site.ledger)).toContain('attestation-key/forgotten');
    await expect(site.attestationKeys.forget('pump-1', ann, 'again')).rejects.toMatchObject({
      code: 'kiten/attestation-key-unknown',
    });
    await site.close();
    const again = await openSite(folder, { clock: site.clock, fresh: false });
    expect(again.attesters.size).toBe(0);
  });
});
