import { describe, expect, it } from 'vitest';
import { addTraffic } from '../src/store/traffic.ts';
import { openApi } from './api-fixture.ts';
import { ann, evidenceOn, finding } from './fixtures.ts';

async function withPump() {
  const site = await openApi();
  await site.admit('pump-1');
  const token = await site.operator('viewer');
  const get = async (path: string) => {
    const { status, body } = await site.ask('GET', path, { token });
    expect([status, body]).toEqual([200, body]);
    return body;
  };
  return { site, get };
}

interface Right {
  readonly action: string;
  readonly topic?: string;
  readonly allowed: boolean;
  readonly policies: readonly { readonly id: string; readonly sentence?: { en: string; ja?: string } }[];
}

const rightTo = (rights: readonly Right[], action: string, topic?: string) =>
  rights.find((right) => right.action === action && right.topic === topic);

describe('the record of a device', () => {
  it('tells how its verdict changed, the oldest change first', async () => {
    const { site, get } = await withPump();
    const at = site.clock.now();
    await site.trust.find('pump-1', evidenceOn('pump-1'), [
      finding('pump-1', { at, claim: 'executables', value: -50, code: 'test/bad' }),
    ]);
    const { verdicts } = await get('devices/pump-1/verdicts');
    expect(verdicts.map(({ epoch }: { epoch: number }) => epoch)).toEqual([1, 2]);
    expect(verdicts[1]).toMatchObject({ status: 'warning', overdue: false, vector: { executables: -50 } });
    expect((await get('devices/pump-1/verdicts?limit=1')).verdicts).toHaveLength(1);
  });

  it('tells how it stood, by whom and why', async () => {
    const { site, get } = await withPump();
    await site.trust.stand('pump-1', 'quarantined', `operator:${ann.name}`, 'looks odd');
    site.clock.advance(1000);
    await site.trust.stand('pump-1', 'admitted', `operator:${ann.name}`, 'was the plug');
    const { standings } = await get('devices/pump-1/standings');
    expect(standings).toMatchObject([
      { standing: 'admitted', by: null },
      { standing: 'quarantined', by: 'operator:ann', reason: 'looks odd' },
      { standing: 'admitted', by: 'operator:ann', reason: 'was the plug', at: site.clock.now() },
    ]);
  });

  it('tells its certificates with their keys and how it had identified itself', async () => {
    const { site, get } = await withPump();
    const { certificates } = await get('devices/pump-1/certificates');
    expect(certificates).toHaveLength(1);
    expect(certificates[0]).toMatchObject({
      key: 'EC P-256',
      subjects: [`spiffe://${site.site}/device/pump-1`],
      keyDigest: site.book.get('pump-1').certificates[0]?.publicKeyDigest,
    });
    await site.trust.stand('pump-1', 'revoked', `operator:${ann.name}`, 'stolen');
    const [revoked] = (await get('devices/pump-1/certificates')).certificates;
    expect(revoked.revokedAt).toBe(site.clock.now());
  });
});

describe('the rights of a device', () => {
  it('are what policy decides now, with the sentences of the policies', async () => {
    const { get } = await withPump();
    const { rights } = await get('devices/pump-1/rights');
    expect(rightTo(rights, 'publish', 'd/pump-1/')).toMatchObject({
      allowed: true,
      policies: [
        { id: 'device-publishes-in-own-name', sentence: { en: expect.stringContaining('below d/ID/') } },
      ],
    });
    expect(rightTo(rights, 'publish', 'c/')).toMatchObject({ allowed: false });
    expect(rightTo(rights, 'connect')).toMatchObject({ allowed: true });
    for (const { policies } of rights as Right[])
      for (const { sentence } of policies) expect([sentence?.en, sentence?.ja]).not.toContain(undefined);
  });

  it('shrink to recovery in quarantine, and the policy that does it is named', async () => {
    const { site, get } = await withPump();
    await site.trust.stand('pump-1', 'quarantined', `operator:${ann.name}`, 'odd');
    const { rights } = await get('devices/pump-1/rights');
    expect(rightTo(rights, 'publish', 'd/pump-1/')).toMatchObject({
      allowed: false,
      policies: [{ id: 'quarantined-only-recovers' }],
    });
    expect(rightTo(rights, 'attest')).toMatchObject({ allowed: true });
  });

  it('name what came nearest where nothing permits', async () => {
    const { get } = await withPump();
    const { rights } = await get('devices/pump-1/rights');
    const denied = rightTo(rights, 'subscribe', '$SYS/');
    expect(denied?.allowed).toBe(false);
    expect(denied?.policies.map(({ id }) => id)).toContain('device-receives-own-commands');
  });

  it('include what the device did lately, as counted', async () => {
    const { site, get } = await withPump();
    const minute = Math.floor(site.clock.now() / 60_000);
    const row = { device: 'pump-1', action: 'publish', topic: 'c/pump-2/set' };
    await addTraffic(site.database, minute - 10, [{ ...row, allowed: 0, denied: 3 }]);
    await addTraffic(site.database, minute - 5, [{ ...row, allowed: 1, denied: 4 }]);
    await addTraffic(site.database, minute - 5, [{ ...row, device: 'pump-2', allowed: 9, denied: 9 }]);
    const { rights } = await get('devices/pump-1/rights');
    expect(rightTo(rights, 'publish', 'c/pump-2/set')).toMatchObject({
      ...{ allowed: false, allowedLately: 1, deniedLately: 7 },
    });
    const { rights: recent } = await get('devices/pump-1/rights?minutes=6');
    expect(rightTo(recent, 'publish', 'c/pump-2/set')).toMatchObject({ deniedLately: 4 });
  });
});
