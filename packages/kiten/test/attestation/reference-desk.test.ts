import { encodeCorim, learnReference, type ReferenceImage, signCorim } from '@kiten/attestation';
import { generateSigner, sha256 } from '@kiten/identity';
import { describe, expect, it } from 'vitest';
import { SimulatedDevice } from '../../../attestation/test/support/simulated-device.ts';
import { putAttester } from '../../src/store/attesters.ts';
import { ann, type InnerSite, newFolder, openSite, start, typesOf } from '../fixtures.ts';
import { AttestedDevice, codesOf } from './attested-site.ts';

/** What a device that is known to be good teaches. */
function corimOf(device: SimulatedDevice, model = 'gateway 1.4'): Uint8Array {
  const banks = device.registers();
  const { bootLog, imaLog } = device;
  return encodeCorim(learnReference({ id: model, vendor: 'Acme', model, banks, bootLog, imaLog }));
}

const why = 'a new image';
const good = new SimulatedDevice([11]);

async function siteWith(devices: readonly string[], group = 'default') {
  const folder = await newFolder();
  const site = await openSite(folder);
  const fleet: AttestedDevice[] = [];
  for (const id of devices) fleet.push(await AttestedDevice.admit(site, id, group));
  const learned = async (corim = corimOf(good), target = 'group:default') => {
    const { digest } = await site.references.add(corim, ann);
    await site.references.assign(digest, target, ann, why);
    return digest;
  };
  return { folder, site, fleet, learned };
}

const statusOf = (site: InnerSite, id: string) => site.book.get(id).verdict.status;

describe('reference values', () => {
  it('approve what devices that they are addressed to boot and run, and nothing for others', async () => {
    const { fleet, learned } = await siteWith(['pump-1', 'valve-1']);
    await learned(undefined, 'device:pump-1');
    const [pump, valve] = fleet as [AttestedDevice, AttestedDevice];
    expect(codesOf(await pump.attest())).toContain('system-approved');
    expect(codesOf(await valve.attest())).toContain('boot-unjudged');
    pump.measurements.push({ path: '/tmp/strange', content: 'evil' } as never);
    const fallen = await pump.attest();
    expect(codesOf(fallen)).toContain('executable-unapproved');
    expect(fallen.device.verdict.status).toBe('contraindicated');
  });

  it.each([
    ['group:default', async () => undefined],
    ['site', async () => undefined],
    [
      'model:Acme/gateway 1.4',
      (site: InnerSite) => site.references.describe('pump-1', { model: 'Acme/gateway 1.4' }, ann, why),
    ],
    ['lot:2026-03', (site: InnerSite) => site.references.describe('pump-1', { lot: '2026-03' }, ann, why)],
  ])('are addressed to %s', async (target, describe) => {
    const { folder, site, learned } = await siteWith(['pump-1']);
    await describe(site);
    const digest = await learned(undefined, target);
    expect(site.references.imagesFor('pump-1').map(({ id }) => id)).toEqual([digest]);
    await site.close();
    const again = await openSite(folder, { clock: site.clock, fresh: false });
    expect(again.references.imagesFor('pump-1').map(({ id }) => id)).toEqual([digest]);
  });

  it('are one copy in memory and in the store, for ten thousand devices with one image', async () => {
    const { site, learned } = await siteWith([]);
    await learned();
    await site.references.add(corimOf(good), ann);
    const device = site.book;
    const [key, other] = [good.ak.publicArea, new SimulatedDevice([11]).ak.publicArea];
    await site.admit('pump-0');
    const record = device.get('pump-0');
    const images = new Set<ReferenceImage>();
    for (let number = 0; number < 10_000; number += 1) {
      const id = `pump-${number}` as typeof record.id;
      device.put({ ...record, id, certificates: [] });
      const attester = { device: id, attestationKey: key, endorsementKey: other, intermediates: [] };
      site.attesters.put({ ...attester, activatedAt: start });
      for (const image of site.references.imagesFor(id)) images.add(image);
    }
    expect(site.attesters.size).toBe(10_000);
    expect(images.size).toBe(1);
    const { count } = await site.database
      .selectFrom('reference_values')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(Number(count)).toBe(1);
  });

  it('that are signed count under a key that is known, and its name stands with them', async () => {
    const { site } = await siteWith([]);
    const maker = generateSigner('ES256');
    const about = { issuer: 'Acme', keyId: sha256(maker.publicKey), issuedAt: start };
    const signed = signCorim(corimOf(good), 'gateway', about, maker);
    await expect(site.references.add(signed, ann)).rejects.toMatchObject({
      code: 'kiten/reference-signer',
    });
    await site.references.addKey('stranger', generateSigner('ES256').publicKey, ann, why);
    await site.references.addKey('acme', maker.publicKey, ann, why);
    const { digest } = await site.references.add(signed, ann);
    expect(site.references.all()).toMatchObject([{ digest, signedBy: 'acme', issuer: 'Acme' }]);
    await expect(site.references.removeKey('acme', ann, why)).rejects.toMatchObject({
      code: 'kiten/reference-key-in-use',
    });
    await site.references.remove(digest, ann, why);
    await site.references.removeKey('acme', ann, why);
    expect(await typesOf(site.ledger)).toEqual(
      expect.arrayContaining(['reference/added', 'reference/removed', 'reference-key/removed']),
    );
  });
});

describe('a change of reference values', () => {
  const names = Array.from({ length: 10 }, (_, index) => `pump-${index + 1}`);

  async function attestedFleet() {
    const { folder, site, fleet, learned } = await siteWith(names);
    await site.groups.put({ name: 'default', brake: { share: 30, least: 2 } }, ann, 'small group');
    const digest = await learned();
    for (const device of fleet) await device.attest();
    const other = new SimulatedDevice([11]);
    other.extra.push({ pcr: 4, digest: 'x'.repeat(32) as never });
    return { folder, site, fleet, digest, learned, other: corimOf(other, 'gateway 2.0') };
  }

  it('that fells more than the share of a group is held by the brake, from the first device on', async () => {
    const { site, digest, other } = await attestedFleet();
    const added = await site.references.add(other, ann);
    await site.references.assign(added.digest, 'group:default', ann, why);
    expect(names.map((name) => statusOf(site, name))).toEqual(names.map(() => 'affirming'));
    const dry = await site.references.remove(digest, ann, why, true);
    expect(dry.falls.map(({ device }) => device)).toEqual(names);
    expect(site.references.imagesFor('pump-1')).toHaveLength(2);
    expect(site.brake.all()).toEqual([]);

    await site.references.remove(digest, ann, why);
    expect(names.map((name) => statusOf(site, name))).toEqual(names.map(() => 'contraindicated'));
    expect(names.flatMap((name) => site.book.get(name).held ?? []).map(({ code }) => code)).toContain(
      'attestation/boot-unapproved',
    );
    // Shown, and enforced nowhere.
    expect(names.map((name) => site.book.get(name).inForce?.status)).toEqual(names.map(() => 'affirming'));
  });

  it('that fells few is enforced at once', async () => {
    const { site, digest, other } = await attestedFleet();
    const added = await site.references.add(other, ann);
    await site.references.assign(added.digest, 'group:default', ann, why);
    await site.references.describe('pump-1', { model: 'two' }, ann, why);
    await site.references.assign(digest, 'device:pump-2', ann, why);
    for (const name of names.slice(2)) await site.references.assign(digest, `device:${name}`, ann, why);
    const { falls } = await site.references.unassign(digest, 'group:default', ann, why);
    expect(falls.map(({ device }) => device)).toEqual(['pump-1']);
    expect(statusOf(site, 'pump-1')).toBe('contraindicated');
    expect(site.book.get('pump-1').inForce).toBeUndefined();
    expect(statusOf(site, 'pump-2')).toBe('affirming');
  });

  it('gives no trust back by old evidence: the device has to attest again, with its whole list', async () => {
    const { site, fleet } = await siteWith(['pump-1']);
    const [pump] = fleet as [AttestedDevice];
    pump.extra.push({ pcr: 14, digest: 'x'.repeat(32) as never });
    expect(codesOf(await pump.attest())).toContain('pcr-unexplained');
    expect(site.attestation.challenge('pump-1').ima?.offset).toBe(pump.imaLog.length);
    const { digest } = await site.references.add(corimOf(pump), ann);
    await site.references.assign(digest, 'device:pump-1', ann, why);
    expect(statusOf(site, 'pump-1')).toBe('contraindicated');
    expect(site.attestation.challenge('pump-1').ima?.offset).toBe(0);
    expect(codesOf(await pump.attest())).toContain('system-approved');
    expect(statusOf(site, 'pump-1')).toBe('affirming');
  });

  it('is survived by evidence that was erased: nothing is foreseen from it', async () => {
    const { site, digest, fleet } = await attestedFleet();
    const last = site.attesters.find('pump-1')?.last?.digest ?? '';
    await site.evidence.erase(last, ann, 'asked to');
    const { falls } = await site.references.remove(digest, ann, why, true);
    expect(falls).toEqual([]);
    expect(codesOf(await (fleet[0] as AttestedDevice).attest())).toContain('system-approved');
  });
});

it('a TPM that was put in the store by hand speaks for its device after a restart', async () => {
  const folder = await newFolder();
  const site = await openSite(folder);
  const area = good.ak.publicArea;
  const attester = { device: 'pump-1', attestationKey: area, endorsementKey: area, intermediates: [area] };
  await putAttester(site.database, { ...attester, activatedAt: start });
  await site.close();
  const again = await openSite(folder, { clock: site.clock, fresh: false });
  expect(again.attesters.find('pump-1')).toMatchObject({ device: 'pump-1', activatedAt: start });
});
