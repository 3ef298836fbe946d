import { answeredNonce, decodeTpmEvidence } from '@kiten/attestation';
import { KitenError } from '@kiten/codec';
import { describe, expect, it, vi } from 'vitest';
import { SimulatedDevice } from '../../../attestation/test/support/simulated-device.ts';
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

  it('answers a challenge of before a restart, once', async () => {
    const { folder, site, device } = await siteWithDevice();
    const [used, open] = [device.answer(), device.answer()];
    await device.send(used);
    await site.close();
    const again = await openSite(folder, { clock: site.clock, fresh: false });
    Object.assign(device, { site: again });
    again.clock.advance(1000);
    expect(codesOf(await device.send(used))).toEqual(['nonce-unknown']);
    const outcome = await device.send(open);
    expect(codesOf(outcome)).toContain('key-proven');
    expect(outcome.device.verdict.vector['instance-identity']).toBe(2);
    expect(codesOf(await device.send(open))).toEqual(['nonce-unknown']);
  });

  it('is appraised once more if what it is held against changes meanwhile', async () => {
    const { site, device } = await siteWithDevice();
    const { digest } = await site.references.add(new SimulatedDevice([11]).learnCorim(), ann);
    device.measurements.push('/tmp/strange');
    const work = site.appraisalPool.appraise;
    const appraise = vi.spyOn(site.appraisalPool, 'appraise');
    appraise.mockImplementationOnce(async (task) => {
      const appraised = await work(task);
      await site.references.assign(digest, 'site', ann, 'meanwhile');
      return appraised;
    });
    expect(codesOf(await device.attest())).toContain('executable-unapproved');
    expect(appraise).toHaveBeenCalledTimes(2);
  });

  it('of two devices is appraised side by side, and of one in the order in which it came', async () => {
    const { site, device } = await siteWithDevice();
    const other = await AttestedDevice.admit(site, 'pump-2');
    const [first, second] = [device.answer(), device.answer()];
    const outcomes = await Promise.all([device.send(first), device.send(second), other.attest()]);
    expect(outcomes.map((outcome) => outcome.device.verdict.vector['instance-identity'])).toEqual([2, 2, 2]);
    expect(site.attesters.find('pump-1')?.last?.nonce).toEqual(answeredNonce(decodeTpmEvidence(second)));
  });

  it('that takes too long is a finding against whoever sent it', async () => {
    const { site, device } = await siteWithDevice();
    vi.spyOn(site.appraisalPool, 'appraise').mockRejectedValueOnce(
      new KitenError('kiten/appraisal-too-long', 'It took too long.'),
    );
    const outcome = await device.attest();
    expect(codesOf(outcome)).toEqual(['evidence-unreadable']);
    expect(outcome.device.verdict.status).toBe('warning');
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
