import { KitenError } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { parseMetadata, verifyThreshold } from '../../../src/index.ts';
import { ed25519Signer, nodeVerify } from '../../support/keys.ts';
import { day, hashesOf, holder, type Json } from '../../support/simulator.ts';
import { newVehicle, newWorld, vin, type World } from '../world.ts';

const spoken = (bytes: Uint8Array): Json => (JSON.parse(Buffer.from(bytes).toString()) as Json).signed;

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  return undefined;
}

const refused = (world: World, ...assignments: Parameters<World['direct']>): string | undefined =>
  codeOf(() => world.direct(...assignments));

describe('what the Director says to a vehicle', () => {
  it('names each image with the ECUs that run it, and the vehicle to which it is said', async () => {
    const world = await newWorld();
    const said = world.direct(
      world.assign('engine', 1),
      world.assign('brake', 1, { uri: 'https://cdn.example/b' }),
    );
    const targets = spoken(said.targets.bytes);
    expect(targets.targets['engine/1.bin'].custom).toEqual({
      ecuIdentifiers: { engine: { hardwareId: 'engine-board' } },
      releaseCounter: 1,
    });
    expect(targets.targets['brake/1.bin'].custom.uri).toBe('https://cdn.example/b');
    expect(targets.custom).toEqual({ vehicle: vin });
    expect(spoken(said.timestamp.bytes).custom).toMatchObject({ vehicle: vin });
  });

  it('describes the targets in the timestamp, so that a snapshot can serve all who are told something at once', async () => {
    const world = await newWorld();
    const director = world.director();
    const other = newVehicle('KTN-0002');
    const [one, two] = [
      director.metadataFor(world.car.vehicle, world.manifest(), [world.assign('engine', 1)]),
      director.metadataFor(other.vehicle, { ...world.manifest(), vehicle: 'KTN-0002' }, []),
    ];
    expect(two.snapshot).toBe(one.snapshot);
    const { length, hashes } = spoken(two.timestamp.bytes).custom.targets;
    expect({ length, hashes }).toEqual({
      length: two.targets.bytes.length,
      hashes: hashesOf(two.targets.bytes),
    });
    world.clock.advance(1000);
    expect(
      director.metadataFor(other.vehicle, { ...world.manifest(), vehicle: 'KTN-0002' }, [], undefined)
        .snapshot,
    ).not.toBe(one.snapshot);
  });

  it('is signed by the keys that its root names for each role', async () => {
    const world = await newWorld();
    const said = world.direct(world.assign('engine', 1));
    const root = parseMetadata('root', world.directorFiles.file('metadata/1.root.json'), 1 << 20).metadata;
    for (const role of ['targets', 'snapshot', 'timestamp'] as const) {
      const signed = parseMetadata(role, said[role].bytes, 1 << 20);
      const keys = { name: role, keys: root.keys, ...root.roles.get(role)! };
      expect(() => verifyThreshold(signed, keys, nodeVerify)).not.toThrow();
    }
  });

  it('takes as many signatures as the root’s threshold', async () => {
    const world = await newWorld();
    world.directorFiles.entrust('targets', holder(), holder());
    world.directorFiles.root.roles.targets.threshold = 2;
    world.directorFiles.publish('root');
    world.direct(world.assign('engine', 1));
    expect((await world.client().verify()).images).toHaveLength(1);
  });

  it('is the very same while nothing has changed', async () => {
    const world = await newWorld();
    const said = world.direct(world.assign('engine', 1), world.assign('brake', 1));
    world.clock.advance(day / 4);
    expect(world.direct(world.assign('brake', 1), world.assign('engine', 1))).toBe(said);
  });

  it('has a new timestamp when half of its time is over, and the rest as it was', async () => {
    const world = await newWorld();
    const said = world.direct(world.assign('engine', 1));
    world.clock.advance(day / 2);
    const next = world.direct(world.assign('engine', 1));
    expect(next.timestamp.version).toBeGreaterThan(said.timestamp.version);
    expect(next.targets).toBe(said.targets);
    expect(next.snapshot).toBe(said.snapshot);
  });

  it('is said anew with other keys when the root names others', async () => {
    const world = await newWorld();
    const said = world.direct(world.assign('engine', 1));
    world.directorFiles.entrust('snapshot', holder());
    world.directorFiles.publish('root');
    const next = world.direct(world.assign('engine', 1));
    expect(next.targets.version).toBeGreaterThan(said.targets.version);
    await expect(world.client().verify()).resolves.toBeDefined();
  });

  it('goes on in versions even if what was said before is lost', async () => {
    const world = await newWorld();
    world.release(2, 'engine');
    await world.client().verify();
    world.said = undefined;
    world.clock.advance(1000);
    world.direct(world.assign('engine', 2));
    await expect(world.client().verify()).resolves.toBeDefined();
  });

  it('is another for each vehicle', async () => {
    const world = await newWorld();
    const other = newVehicle('KTN-0002');
    expect(codeOf(() => world.director().metadataFor(other.vehicle, world.manifest(), []))).toBe(
      'update/uptane-other-vehicle',
    );
    const said = world.direct();
    expect(
      codeOf(() =>
        world.director().metadataFor(other.vehicle, { ...world.manifest(), vehicle: 'KTN-0002' }, [], said),
      ),
    ).toBe('update/uptane-other-vehicle');
  });
});

describe('what the Director refuses to say', () => {
  it('an ECU that the vehicle has not', async () => {
    const world = await newWorld();
    expect(refused(world, world.assign('radio', 1))).toBe('update/uptane-ecu-unknown');
  });

  it('two images for one ECU', async () => {
    const world = await newWorld();
    expect(refused(world, world.assign('engine', 1), world.assign('engine', 2))).toBe(
      'update/uptane-ecu-repeated',
    );
  });

  it('an image for other hardware', async () => {
    const world = await newWorld();
    expect(refused(world, world.assign('engine', 1, { hardwareId: 'brake-board' }))).toBe(
      'update/uptane-hardware-mismatch',
    );
  });

  it('one path as two files', async () => {
    const world = await newWorld();
    const target = 'common.bin';
    expect(refused(world, world.assign('engine', 1, { target }), world.assign('brake', 1, { target }))).toBe(
      'update/uptane-assignment-contradicts',
    );
  });

  it('an older release than the one that an ECU reports', async () => {
    const world = await newWorld();
    world.addImage('engine', 0);
    expect(refused(world, world.assign('engine', 0))).toBe('update/uptane-release-rollback');
  });

  it('a name that is not in one form alone', async () => {
    const world = await newWorld();
    for (const target of ['motor/e\u0301.bin', 'a\nb', '']) {
      expect(refused(world, world.assign('engine', 1, { target }))).toBe('update/uptane-name');
    }
  });

  it('anything, without the keys that the root names', async () => {
    const world = await newWorld();
    expect(codeOf(() => world.director({ signers: [ed25519Signer()] }))).toBe('update/uptane-director-key');
  });
});

describe('8 dependencies', () => {
  const needs = (path: string, from: number) => ({ dependencies: [{ path, from }] });

  it('an image that needs what the vehicle is not to run', async () => {
    const world = await newWorld();
    world.addImage('engine', 2, needs('brake/*', 2));
    expect(refused(world, world.assign('engine', 2))).toBe('update/uptane-dependency-unmet');
    world.addImage('brake', 2);
    expect(refused(world, world.assign('engine', 2), world.assign('brake', 2))).toBeUndefined();
  });

  it('an image that needs what the vehicle has nothing of: nothing is installed for its sake', async () => {
    const world = await newWorld();
    world.addImage('engine', 2, needs('radio/*', 1));
    expect(refused(world, world.assign('engine', 2))).toBe('update/uptane-dependency-extraneous');
  });

  it('images that can’t be together, whichever of them says so', async () => {
    const world = await newWorld();
    world.addImage('engine', 2, { conflicts: [{ path: 'brake/*', from: 1, to: 1 }] });
    expect(refused(world, world.assign('engine', 2))).toBe('update/uptane-conflict');
    world.addImage('brake', 2);
    expect(refused(world, world.assign('engine', 2), world.assign('brake', 2))).toBeUndefined();
    world.addImage('brake', 1, { conflicts: [{ path: 'door/*', from: 5 }] });
    world.addImage('door', 5);
    expect(refused(world, world.assign('door', 5))).toBe('update/uptane-conflict');
  });

  it.each([2, 3, 4])('%i images that need one another in a circle', async (length) => {
    const world = await newWorld();
    const circle = ['gateway', 'engine', 'brake', 'door'].slice(0, length);
    circle.forEach((ecu, index) => {
      world.addImage(ecu, 2, needs(`${circle[(index + 1) % length]}/*`, 2));
    });
    expect(refused(world, ...circle.map((ecu) => world.assign(ecu, 2)))).toBe(
      'update/uptane-dependency-cycle',
    );
  });
});
