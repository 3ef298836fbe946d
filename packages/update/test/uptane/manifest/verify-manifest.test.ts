import { KitenError } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { signReport, signVehicleManifest, verifyVehicleManifest } from '../../../src/index.ts';
import { ecdsaSigner, nodeVerify } from '../../support/keys.ts';
import { type Json, now } from '../../support/simulator.ts';
import { installedOf, manifestOf, newVehicle, reportOf, type TestVehicle, vin } from '../world.ts';

const car = newVehicle();

const verify = (
  bytes: Uint8Array,
  memory?: ReturnType<typeof verifyVehicleManifest>['memory'],
  of: TestVehicle = car,
) => verifyVehicleManifest(bytes, of.vehicle, { verify: nodeVerify, now, ...(memory && { memory }) });

function codeOf(...given: Parameters<typeof verify>): string {
  try {
    verify(...given);
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** The manifest, changed after it was signed. */
function changed(change: (manifest: Json) => void): Uint8Array {
  const manifest = JSON.parse(Buffer.from(manifestOf(car)).toString()) as Json;
  change(manifest);
  return Buffer.from(JSON.stringify(manifest));
}

/** A manifest that the primary signed over whatever reports. */
function signedOver(
  reports: ReadonlyMap<string, Json>,
  more: Partial<{ vehicle: string; primary: string }> = {},
) {
  return signVehicleManifest({ vehicle: vin, primary: 'gateway', reports, ...more }, car.signers.gateway!);
}

const reports = () =>
  new Map<string, Json>(
    [...car.vehicle.ecus.keys()].map((ecu) => [ecu, signReport(reportOf(ecu), car.signers[ecu]!)]),
  );

describe('a vehicle version manifest', () => {
  it('says what every ECU runs, and what it has noticed', () => {
    const { vehicle, reports: found } = verify(
      manifestOf(car, { brake: { attacksDetected: 'slow retrieval' } }),
    );
    expect(vehicle).toBe(vin);
    expect(found.get('engine')).toEqual(reportOf('engine'));
    expect(found.get('brake')?.attacksDetected).toBe('slow retrieval');
    expect(found.get('door')?.installed).toEqual(installedOf('door/1.bin', 'door release 1'));
  });

  it('names key, method and hash beside each signature', () => {
    const { signatures } = JSON.parse(Buffer.from(manifestOf(car)).toString()) as Json;
    expect(signatures).toHaveLength(1);
    expect(signatures[0]).toMatchObject({
      keyid: car.vehicle.primary.key.keyId,
      method: 'ecdsa-sha2-nistp256',
    });
    expect(Object.keys(signatures[0].hashes)).toEqual(['sha256']);
  });

  it('counts the reports of each ECU that have never arrived', () => {
    const { memory, missed } = verify(manifestOf(car));
    expect(missed).toEqual(new Map());
    const later = verify(manifestOf(car, { engine: { counter: 5 } }, { counter: 2 }), memory);
    expect(later.missed).toEqual(new Map([['engine', 3]]));
  });

  it.each([
    ['no JSON', () => Buffer.from('{'), 'codec/json-truncated'],
    [
      'a hash of another payload',
      () => changed(({ signatures }) => (signatures[0].hashes.sha256 = '0'.repeat(64))),
      'update/uptane-payload-hash',
    ],
    [
      'a report that was changed',
      () => changed(({ signed }) => (signed.ecu_version_manifests.door.signed.ecu_serial = 'brake')),
      'update/uptane-payload-hash',
    ],
    ['more than it may hold', () => Buffer.alloc(256 * 1024 + 1, 0x20), 'codec/json-too-large'],
  ])('is refused when it is %s', (_, bytes, code) => {
    expect(codeOf(bytes())).toBe(code);
  });

  it('is refused when a report stands under another ECU', () => {
    const swapped = reports().set('door', signReport(reportOf('brake'), car.signers.brake!));
    expect(codeOf(signedOver(swapped))).toBe('update/metadata-malformed');
  });

  it('is bounded in its ECUs', () => {
    const many = newVehicle(
      vin,
      Array.from({ length: 3 }, (_, index) => `ecu-${index}`),
    );
    const limits = { bytes: 1 << 20, ecus: 2 };
    expect(() =>
      verifyVehicleManifest(manifestOf(many), many.vehicle, { verify: nodeVerify, now, limits }),
    ).toThrow(expect.objectContaining({ code: 'update/uptane-too-many-ecus' }));
  });
});

describe('1 arbitrary reports', () => {
  it('a manifest that the primary didn’t sign', () => {
    const bytes = signVehicleManifest(
      { vehicle: vin, primary: 'gateway', reports: reports() },
      car.signers.engine!,
    );
    expect(codeOf(bytes)).toBe('update/unsigned');
  });

  it('a report that its ECU didn’t sign, though the primary did', () => {
    const forged = reports().set('brake', signReport(reportOf('brake'), car.signers.gateway!));
    expect(codeOf(signedOver(forged))).toBe('update/unsigned');
  });

  it('a report signed with a key that is given along', () => {
    const forged = reports().set('brake', signReport(reportOf('brake'), ecdsaSigner()));
    expect(codeOf(signedOver(forged))).toBe('update/unsigned');
  });

  it('a signature by another method than that of the key', () => {
    expect(codeOf(changed(({ signatures }) => (signatures[0].method = 'ed25519')))).toBe('update/unsigned');
  });

  it('a signature that is there twice', () => {
    expect(codeOf(changed(({ signatures }) => signatures.push(signatures[0])))).toBe(
      'update/signature-repeated',
    );
  });
});

describe('9 other ECUs', () => {
  it('an ECU that the vehicle has not', () => {
    const more = reports().set('radio', signReport(reportOf('radio'), car.signers.gateway!));
    expect(codeOf(signedOver(more))).toBe('update/uptane-ecu-unknown');
  });

  it('an ECU that is not heard of', () => {
    const fewer = reports();
    fewer.delete('brake');
    expect(codeOf(signedOver(fewer))).toBe('update/uptane-ecu-silent');
  });

  it('an ECU that is not the primary', () => {
    const bytes = signVehicleManifest(
      { vehicle: vin, primary: 'engine', reports: reports() },
      car.signers.engine!,
    );
    expect(codeOf(bytes)).toBe('update/uptane-other-primary');
  });
});

describe('11 replay', () => {
  it('another vehicle’s manifest', () => {
    expect(codeOf(signedOver(reports(), { vehicle: 'KTN-0002' }))).toBe('update/uptane-other-vehicle');
  });

  it('a manifest that has been here before, and one from before that', () => {
    const first = manifestOf(car, {}, { counter: 1 });
    const second = manifestOf(car, {}, { counter: 2 });
    const { memory } = verify(second, verify(first).memory);
    expect(codeOf(second, memory)).toBe('update/uptane-report-replayed');
    expect(codeOf(first, memory)).toBe('update/uptane-report-replayed');
  });

  it('one old report among new ones', () => {
    const { memory } = verify(manifestOf(car, {}, { counter: 7 }));
    expect(codeOf(manifestOf(car, { brake: { counter: 7 } }, { counter: 8 }), memory)).toBe(
      'update/uptane-report-replayed',
    );
  });

  const noted = (nonce: string, time = now - 1000) =>
    manifestOf(
      car,
      Object.fromEntries([...car.vehicle.ecus.keys()].map((ecu) => [ecu, withNonce(nonce, time)])),
    );
  const withNonce = (nonce: string, time: number) =>
    ({ counter: undefined, nonce, time, previousTime: time - 1000 }) as unknown as Json;
  const nonce = (index: number) => index.toString(16).padStart(32, '0');

  it('a nonce that was said before', () => {
    const { memory } = verify(noted(nonce(1)));
    const next = verify(noted(nonce(2)), memory).memory;
    expect(codeOf(noted(nonce(1)), next)).toBe('update/uptane-report-replayed');
    expect(codeOf(noted(nonce(2)), next)).toBe('update/uptane-report-replayed');
  });

  it('a nonce that is forgotten, with a time from before', () => {
    const { memory } = verify(noted(nonce(1), now - 5000));
    const next = verify(noted(nonce(2), now - 1000), memory).memory;
    expect(codeOf(noted(nonce(1), now - 5000), next)).toBe('update/uptane-report-stale');
  });

  it('more nonces at one time than are remembered', () => {
    let memory = verify(noted(nonce(0))).memory;
    for (let index = 1; index < 16; index += 1) memory = verify(noted(nonce(index)), memory).memory;
    expect(codeOf(noted(nonce(16)), memory)).toBe('update/uptane-report-stale');
    expect(codeOf(noted(nonce(17), now), memory)).toBe('accepted');
  });

  it('a report without the counter that it had', () => {
    const { memory } = verify(manifestOf(car, {}, { counter: 3 }));
    expect(codeOf(noted(nonce(1)), memory)).toBe('update/uptane-report-stale');
  });

  it('a report from a time that is yet to come', () => {
    expect(codeOf(manifestOf(car, {}, { time: now + 3_600_000 }))).toBe('update/uptane-report-early');
  });

  it('a clock of an ECU that was set back', () => {
    const { memory } = verify(manifestOf(car, {}, { counter: 1 }));
    const back = { counter: 2, time: now - 90_000, previousTime: now - 99_000 };
    expect(codeOf(manifestOf(car, {}, back), memory)).toBe('update/uptane-report-stale');
  });
});
