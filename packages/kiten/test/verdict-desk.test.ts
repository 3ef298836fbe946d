import { checkVerdict, parseTrust } from '@kiten/checker';
import { nodeVerify, sha256 } from '@kiten/identity';
import { decodeBundle } from '@kiten/trust';
import { describe, expect, it } from 'vitest';
import {
  ann,
  day,
  evidenceOn,
  finding,
  hour,
  type InnerSite,
  newFolder,
  openSite,
  typesOf,
} from './fixtures.ts';

async function siteWith(...devices: string[]): Promise<InnerSite> {
  const site = await openSite(await newFolder());
  for (const device of devices) await site.admit(device);
  return site;
}

async function check(site: InnerSite, bundle: Uint8Array, now = site.clock.now()) {
  const trust = parseTrust(site.verdicts.trustFile());
  return checkVerdict(bundle, trust, { now, cryptography: { sha256, verify: nodeVerify } });
}

const full = { compact: false };
const stated = async (site: InnerSite) =>
  (await typesOf(site.ledger)).filter((type) => type === 'verdict/attested').length;

describe('verdicts for those who do not believe the site', () => {
  it('are stated once, and stated anew when something about the device changed', async () => {
    const site = await siteWith('pump-1');
    await site.verdicts.exportBundle('pump-1', full);
    await site.verdicts.exportBundle('pump-1', { compact: true });
    expect(await stated(site)).toBe(1);
    await site.trust.stand('pump-1', 'quarantined', `operator:${ann.name}`, 'odd');
    await site.verdicts.exportBundle('pump-1', full);
    await site.trust.stand('pump-1', 'admitted', `operator:${ann.name}`, 'mended');
    await site.verdicts.exportBundle('pump-1', full);
    await site.admit('pump-1');
    await site.verdicts.exportBundle('pump-1', full);
    expect(await stated(site)).toBe(4);
  });

  it('are stated anew before they end', async () => {
    const site = await siteWith('pump-1');
    await site.verdicts.exportBundle('pump-1', full);
    site.clock.advance(11 * hour);
    await site.verdicts.exportBundle('pump-1', full);
    expect(await stated(site)).toBe(1);
    site.clock.advance(2 * hour);
    const report = await check(site, await site.verdicts.exportBundle('pump-1', full));
    expect(await stated(site)).toBe(2);
    expect(report).toMatchObject({ holds: true, holdsUntil: site.clock.now() + day });
  });

  it('are withdrawn as soon as they are not so any more, and stay so after a restart', async () => {
    const folder = await newFolder();
    const site = await openSite(folder);
    await site.admit('pump-1');
    await site.admit('pump-2');
    const before = decodeBundle(await site.verdicts.exportBundle('pump-1', full));
    const statement = before.leaves.findLast(({ kind }) => kind === 'statement');
    if (statement?.kind !== 'statement') throw new Error('a bundle has statements');
    const value = sha256(statement.statement);
    expect(site.marks.has('statement', value)).toBe(false);
    const at = site.clock.now();
    await site.trust.find('pump-1', evidenceOn('pump-1'), [
      finding('pump-1', { at, value: 96, code: 'test/bad' }),
    ]);
    expect(site.marks.has('statement', value)).toBe(true);
    await site.close();
    const again = await openSite(folder, { clock: site.clock, fresh: false });
    expect(again.marks.has('statement', value)).toBe(true);
    // An old passport cannot be brought up to date by a new checkpoint: the mark stands where its absence was proved.
    const { extensions, ...anchor } = await freshAnchor(again);
    expect(anchor.isMarked({ kind: 'statement', value })).toBe(true);
    expect(extensions).not.toEqual([]);
    again.clock.advance(2 * day);
    await again.marks.tidy(again.database);
    expect(again.marks.has('statement', value)).toBe(false);
  });

  it('say of a revoked device that it is, and of one that came back that it is not', async () => {
    const site = await siteWith('pump-1');
    await site.trust.stand('pump-1', 'revoked', `operator:${ann.name}`, 'stolen');
    const revoked = await check(site, await site.verdicts.exportBundle('pump-1', full));
    expect(revoked).toMatchObject({ holds: true, verdict: { standing: 'revoked' } });
    site.clock.advance(1000);
    await site.admit('pump-1');
    const back = await check(site, await site.verdicts.exportBundle('pump-1', full));
    expect(back).toMatchObject({ holds: true, verdict: { standing: 'admitted' } });
  });

  it('carry the vector and the status that the site itself has, whatever was found', async () => {
    const site = await siteWith('pump-1');
    await site.groups.put({ name: 'default', required: ['instance-identity', 'hardware'] }, ann);
    const at = site.clock.now();
    const findings = (['executables', 'configuration', 'sourced-data', 'executables'] as const).map(
      (claim, position) =>
        finding('pump-1', {
          at,
          claim,
          value: [-50, 33, -110, 34][position] as number,
          aspect: `a${position}`,
        }),
    );
    await site.trust.find('pump-1', evidenceOn('pump-1'), findings);
    const { verdict } = site.book.get('pump-1');
    const report = await check(site, await site.verdicts.exportBundle('pump-1', full));
    expect(report).toMatchObject({
      holds: true,
      verdict: { vector: verdict.vector, status: verdict.status, epoch: verdict.epoch, overdue: false },
    });
  });

  it('go on being proven when a newer finding replaces one and the verdict stays as it is', async () => {
    const site = await siteWith('pump-1');
    const found = (at: number) =>
      site.trust.find('pump-1', evidenceOn('pump-1'), [
        finding('pump-1', { at, claim: 'executables', value: -50, code: 'test/bad' }),
      ]);
    const { verdict } = await found(site.clock.now());
    await site.verdicts.exportBundle('pump-1', full);
    site.clock.advance(1000);
    expect((await found(site.clock.now())).verdict.epoch).toBe(verdict.epoch);
    const bundle = await site.verdicts.exportBundle('pump-1', full);
    expect(await check(site, bundle)).toMatchObject({ holds: true, verdict: { epoch: verdict.epoch } });
    await site.verdicts.exportBundle('pump-1', full);
    expect(await stated(site)).toBe(2);
  });

  it('say that a device is overdue', async () => {
    const site = await siteWith('pump-1');
    const at = site.clock.now();
    const holds = finding('pump-1', { at, claim: 'executables', value: 2, holdsUntil: at + hour });
    await site.trust.find('pump-1', evidenceOn('pump-1'), [holds]);
    const bundle = await site.verdicts.exportBundle('pump-1', full);
    expect(await check(site, bundle)).toMatchObject({ holds: true, holdsUntil: at + hour });
    site.clock.advance(hour);
    expect(await check(site, bundle)).toMatchObject({ holds: false, reason: 'verdict-lapsed' });
    await site.trust.lapse('pump-1');
    expect(await check(site, await site.verdicts.exportBundle('pump-1', full))).toMatchObject({
      holds: true,
      verdict: { overdue: true, vector: { executables: 0 } },
    });
  });

  it('of many devices at once do not get into each other’s way', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => `pump-${n}`);
    const site = await siteWith(...ids);
    const bundles = await Promise.all(ids.map((id) => site.verdicts.exportBundle(id, full)));
    for (const [position, bundle] of bundles.entries())
      expect(await check(site, bundle)).toMatchObject({
        holds: true,
        verdict: { subject: `device:${ids[position]}` },
      });
  });

  it('are refused for a device that nothing is known about', async () => {
    const site = await siteWith();
    await expect(site.verdicts.exportBundle('nobody', full)).rejects.toMatchObject({
      code: 'kiten/device-unknown',
    });
  });
});

async function freshAnchor(site: InnerSite) {
  const extensions = site.marks.extensions();
  const tree = site.marks.signedWith(extensions);
  const { markBytes } = await import('@kiten/trust');
  return {
    extensions,
    isMarked: (mark: Parameters<typeof markBytes>[0]) => tree?.provePresence(markBytes(mark)) !== undefined,
  };
}
