import type { RuntimeReport, SecretFingerprint } from '@kiten/attestation';
import { beforeEach, describe, expect, it } from 'vitest';
import { goodReport } from '../../../attestation/test/support/simulated-device.ts';
import { type InnerSite, newFolder, openSite, start } from '../fixtures.ts';
import { AttestedDevice, codesOf } from './attested-site.ts';

const octets = (fill: number) => new Uint8Array(32).fill(fill);
const password = (fill: number, label = 'root'): SecretFingerprint => ({
  kind: 'password',
  label,
  digest: octets(fill),
});

let folder: string;
let site: InnerSite;
let pump: AttestedDevice;
let valve: AttestedDevice;
beforeEach(async () => {
  folder = await newFolder();
  site = await openSite(folder);
  pump = await AttestedDevice.admit(site, 'pump-1');
  valve = await AttestedDevice.admit(site, 'valve-1');
});

/** Attests with a report that names these secrets. */
function withSecrets(device: AttestedDevice, ...fingerprints: readonly SecretFingerprint[]) {
  site.clock.advance(1000);
  const credentials: RuntimeReport['credentials'] = { weak: [], fingerprints };
  const { nonce, ima } = site.attestation.challenge(device.id);
  const offset = ima?.resetCount === device.resetCount ? ima.offset : 0;
  const runtime = device.report(nonce, { credentials, events: goodReport.events! });
  return device.send({
    ...device.evidence(nonce, { offset, entries: device.imaLog.subarray(offset) }),
    runtime,
  });
}

const counting = (id: string) =>
  site.book
    .get(id)
    .verdict.findings.filter(({ aspect }) => aspect === 'credentials')
    .map(({ code, parameters }) => [code, parameters.device]);
const sound = [['attestation/credentials-sound', undefined]];
const sharedWith = (device: string) => [['attestation/secret-shared', device]];

describe('a secret that two devices have', () => {
  it('is found on both, and stands until one of them has another', async () => {
    await withSecrets(pump, password(1), password(2, 'pi'));
    expect(counting('pump-1')).toEqual(sound);
    const outcome = await withSecrets(valve, password(3), password(2, 'operator'));
    expect(codesOf(outcome)).toContain('secret-shared');
    expect(counting('valve-1')).toEqual(sharedWith('pump-1'));
    expect(counting('pump-1')).toEqual(sharedWith('valve-1'));
    expect(site.book.get('pump-1').verdict.vector.configuration).toBe(-40);
    // Each is told what it calls the secret itself.
    const labels = ['pump-1', 'valve-1'].map(
      (id) =>
        site.book.get(id).verdict.findings.find(({ code }) => code.endsWith('shared'))?.parameters.label,
    );
    expect(labels).toEqual(['pi', 'operator']);

    await withSecrets(pump, password(1), password(2, 'pi'));
    expect(counting('pump-1')).toEqual(sharedWith('valve-1'));
    await withSecrets(valve, password(3), password(4, 'operator'));
    expect(counting('valve-1')).toEqual(sound);
    await withSecrets(pump, password(1), password(2, 'pi'));
    expect(counting('pump-1')).toEqual(sound);
  });

  it('is found when both attest at once', async () => {
    const outcomes = await Promise.all([withSecrets(pump, password(1)), withSecrets(valve, password(1))]);
    expect(outcomes).toHaveLength(2);
    expect([counting('pump-1'), counting('valve-1')]).toEqual([sharedWith('valve-1'), sharedWith('pump-1')]);
  });

  it('is found after a restart, under the same salt', async () => {
    await withSecrets(pump, password(1));
    const { salt } = site.attestation.challenge('pump-1').runtime;
    expect(salt).toHaveLength(32);
    await site.close();
    const again = await openSite(folder, { clock: site.clock, fresh: false });
    expect(again.attestation.challenge('pump-1').runtime.salt).toEqual(salt);
    site = again;
    Object.assign(valve, { site });
    await withSecrets(valve, password(1));
    expect(counting('pump-1')).toEqual(sharedWith('valve-1'));
  });
});

it('a person’s key that opens several devices is no shared secret', async () => {
  const key: SecretFingerprint = { kind: 'authorized-key', label: 'root', digest: octets(9) };
  await withSecrets(pump, key);
  await withSecrets(valve, key);
  expect([counting('pump-1'), counting('valve-1')]).toEqual([sound, sound]);
});

it('what speaks worse against a device stays in front', async () => {
  const weak = {
    weak: [{ account: 'pi', weakness: 'default-password' }],
    fingerprints: [password(1)],
  } as const;
  const { nonce } = site.attestation.challenge('pump-1');
  await pump.send({ ...pump.evidence(nonce), runtime: pump.report(nonce, { credentials: weak }) });
  await withSecrets(valve, password(1));
  expect(counting('pump-1')).toEqual([['attestation/default-password', undefined]]);
  expect(counting('valve-1')).toEqual(sharedWith('pump-1'));
});

it('a report that is not proven names no secrets', async () => {
  await withSecrets(pump, password(1));
  const { nonce } = site.attestation.challenge('valve-1');
  const credentials = { weak: [], fingerprints: [password(1)] };
  const forged = { ...valve.report(nonce, { credentials }, pump.ak) };
  await valve.send({ ...valve.evidence(nonce), runtime: forged });
  expect(counting('pump-1')).toEqual(sound);
  const old = valve.report(Buffer.from('a nonce of another occasion'), { credentials });
  const next = site.attestation.challenge('valve-1').nonce;
  site.clock.advance(1);
  await valve.send({ ...valve.evidence(next), runtime: old });
  expect(counting('pump-1')).toEqual(sound);
});

it('names that no database takes are kept in a form that it does', async () => {
  expect(site.clock.now()).toBe(start);
  await withSecrets(pump, password(1, `ro\0ot${'x'.repeat(250)}`));
  await withSecrets(valve, password(1));
  expect(counting('pump-1')).toEqual(sharedWith('valve-1'));
});
