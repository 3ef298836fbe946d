import { KitenError } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { type PartialVerification, verifyPartially } from '../../../src/index.ts';
import { nodeVerify } from '../../support/keys.ts';
import { holder, type Json, now } from '../../support/simulator.ts';
import { newVehicle, newWorld, vin, type World } from '../world.ts';

/** A secondary that has from its making what the Director said first. */
async function secondary() {
  const world = await newWorld();
  const root = world.directorFiles.file('metadata/1.root.json');
  const previousTargets = world.direct(world.assign('engine', 1)).targets.bytes;
  const options: PartialVerification = {
    ...{ vehicle: vin, ecu: 'engine', state: world.ecus.get('engine')! },
    ...{ root, previousTargets, now, verify: nodeVerify },
  };
  return { world, options };
}

function codeOf(targets: Uint8Array, options: PartialVerification): string {
  try {
    verifyPartially(targets, options);
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** What the Director's targets key can sign. */
function forged(
  world: World,
  change: (signed: Json) => void,
  by = world.directorFiles.holders.targets!,
): Uint8Array {
  const signed = (JSON.parse(Buffer.from(world.said!.targets.bytes).toString()) as Json).signed;
  signed.version += 1;
  change(signed);
  return Buffer.from(JSON.stringify(world.directorFiles.sign('targets', signed, by)));
}

describe('partial verification', () => {
  it('yields the image for this ECU, by the Director’s targets alone', async () => {
    const { world, options } = await secondary();
    const { targets } = world.direct(world.assign('engine', 2), world.assign('brake', 2));
    const { version, image } = verifyPartially(targets.bytes, options);
    expect(version).toBe(targets.version);
    expect(image).toMatchObject({ ecu: 'engine', path: 'engine/2.bin', releaseCounter: 2 });
  });

  it('yields none when nothing is said of this ECU', async () => {
    const { world, options } = await secondary();
    const { targets } = world.direct(world.assign('brake', 2));
    expect(verifyPartially(targets.bytes, options)).toEqual({ version: targets.version });
  });

  it('follows the rotation of the Director’s targets key', async () => {
    const { world, options } = await secondary();
    world.directorFiles.entrust('targets', holder());
    world.directorFiles.publish('root');
    const { targets } = world.direct(world.assign('engine', 2));
    expect(codeOf(targets.bytes, options)).toBe('update/unsigned');
    const newerRoots = [world.directorFiles.file('metadata/2.root.json')];
    expect(codeOf(targets.bytes, { ...options, newerRoots })).toBe('accepted');
  });

  const refused: readonly (readonly [string, string, (signed: Json) => void])[] = [
    ['1 of another type', 'update/metadata-type', (signed) => (signed._type = 'snapshot')],
    ['2 older than what it trusts', 'update/rollback', (signed) => (signed.version -= 2)],
    ['4 expired', 'update/expired', (signed) => (signed.expires = '2029-12-31T23:59:59Z')],
    [
      '8 delegating',
      'update/uptane-director-delegates',
      (signed) => (signed.delegations = { keys: {}, roles: [] }),
    ],
    [
      '9 for other hardware',
      'update/uptane-hardware-mismatch',
      ({ targets }) => (targets['engine/1.bin'].custom.ecuIdentifiers.engine.hardwareId = 'brake-board'),
    ],
    [
      '9 with this ECU twice',
      'update/uptane-ecu-repeated',
      ({ targets }) => (targets['engine/0.bin'] = targets['engine/1.bin']),
    ],
    [
      '2 of an older release',
      'update/uptane-release-rollback',
      ({ targets }) => (targets['engine/1.bin'].custom.releaseCounter = 0),
    ],
    [
      '11 for another vehicle',
      'update/uptane-other-vehicle',
      (signed) => (signed.custom.vehicle = 'KTN-0002'),
    ],
    [
      '11 empty, and for another vehicle',
      'update/uptane-other-vehicle',
      (signed) => Object.assign(signed, { targets: {}, custom: { vehicle: 'KTN-0002' } }),
    ],
    [
      '11 empty, and for nobody',
      'update/metadata-malformed',
      (signed) => Object.assign(signed, { targets: {}, custom: {} }),
    ],
  ];

  it.each(refused)('refuses targets %s', async (_, code, change) => {
    const { world, options } = await secondary();
    expect(codeOf(forged(world, change), options)).toBe(code);
  });

  it('refuses a stranger’s targets, and those that are longer than they may be', async () => {
    const { world, options } = await secondary();
    expect(
      codeOf(
        forged(world, () => undefined, [holder()]),
        options,
      ),
    ).toBe('update/unsigned');
    const long = Buffer.alloc(16 * 1024 * 1024 + 1, 0x20);
    expect(codeOf(long, options)).toBe('codec/json-too-large');
  });

  it('refuses what the Director said to another vehicle', async () => {
    const { world, options } = await secondary();
    const other = newVehicle('KTN-0002');
    const manifest = { ...world.manifest(), vehicle: 'KTN-0002' };
    const said = world.director().metadataFor(other.vehicle, manifest, [world.assign('engine', 2)]);
    expect(codeOf(said.targets.bytes, options)).toBe('update/uptane-other-vehicle');
  });
});
