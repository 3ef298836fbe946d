// Attacks that a vehicle has to withstand: each refused with a code of its own, and nothing that the vehicle keeps was
// written: neither what it trusts of the two repositories, nor its slots. The numbers are those of the design’s list.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encoded, holder, type Json } from '../../support/simulator.ts';
import { newVehicle, newWorld, settledWorld, vin, type World } from '../world.ts';

const targetUrl = 'https://repository.example/targets';

/** The Director’s own words about release 2 of the engine, to be changed by whoever holds its keys. */
function engineTarget(world: World, more: Json = {}): Json {
  const { target, length, hashes, releaseCounter } = world.assign('engine', 2);
  const custom = {
    ecuIdentifiers: { engine: { hardwareId: 'engine-board' } },
    releaseCounter,
    ...more.custom,
  };
  return { [target]: { length, hashes, ...more, custom } };
}

async function worldWithRelease(): Promise<World> {
  const world = await newWorld();
  world.addImage('engine', 2);
  world.image.publishTargets('targets');
  return world;
}

describe.each(['directorFiles', 'image'] as const)('%s', (which) => {
  /** Roles as the repository serves them now, with something else signed. */
  function serveChanged(
    world: World,
    role: string,
    change: (signed: Json) => void,
    by = world[which].holders[role]!,
  ) {
    const signed = (JSON.parse(Buffer.from(world[which].file(`metadata/${role}.json`)).toString()) as Json)
      .signed;
    change(signed);
    const { version } = signed;
    world[which].serve(role, Buffer.from(JSON.stringify(world[which].sign(role, signed, by))), version);
  }

  it.each(['timestamp', 'snapshot', 'targets'])('1 arbitrary software: a stranger’s %s', async (role) => {
    const world = await worldWithRelease();
    world.direct(world.assign('engine', 2));
    serveChanged(world, role, () => undefined, [holder()]);
    // Whoever describes a file by its hash refuses another one before its signature is looked at.
    const isDescribed = which === 'directorFiles' && role === 'snapshot';
    await world.refuses(isDescribed ? 'update/metadata-mismatch' : 'update/unsigned');
  });

  it('2 rollback: an older timestamp', async () => {
    const world = await settledWorld();
    const old = world[which].file('metadata/timestamp.json');
    if (which === 'image') world.image.publish('timestamp');
    world.clock.advance(86_400_000 * 0.6);
    world.release(3, 'engine');
    await world.client().verify();
    world[which].serve('timestamp', old, 0);
    await world.refuses('update/rollback');
  });

  it('4 freeze: everything that was ever said, long after', async () => {
    const world = await settledWorld();
    world.clock.advance(31 * 86_400_000);
    if (which === 'image') world.direct(world.assign('engine', 2));
    else for (const role of ['root', 'timestamp']) extend(world.image, role);
    await world.refuses('update/expired');
  });

  it('5 endless data: no role is longer than it may be', async () => {
    const world = await worldWithRelease();
    world.direct(world.assign('engine', 2));
    world.limits = { timestampBytes: 4096 };
    world[which].serve('timestamp', new Uint8Array(5000), 0);
    await world.refuses('update/endless-data');
  });

  it('12 root: a version that is skipped, and one that only its own keys sign', async () => {
    const world = await worldWithRelease();
    world.direct(world.assign('engine', 2));
    const next = { ...world[which].root, version: 3 };
    world[which].files.set('metadata/2.root.json', encoded(world[which].sign('root', next)));
    await world.refuses('update/root-version');
    const thief = holder();
    const taken: Json = structuredClone({ ...world[which].root, version: 2 });
    taken.keys[thief.keyId] = thief.key;
    taken.roles.root.keyids = [thief.keyId];
    world[which].files.set('metadata/2.root.json', encoded(world[which].sign('root', taken, [thief])));
    await world.refuses('update/root-not-vouched-for');
  });
});

function extend(simulator: World['image'], role: string): void {
  simulator.said[role]!.expires = '2040-01-01T00:00:00Z';
  simulator.publish(role);
}

describe('2 rollback', () => {
  it('an image with a lower release counter than the one that was confirmed', async () => {
    const world = await worldWithRelease();
    world.ecus.set('engine', { ...world.ecus.get('engine')!, releaseCounter: 3 });
    world.direct(world.assign('engine', 2));
    const { detail } = await world.refuses('update/uptane-release-rollback');
    expect(detail).toEqual({ ecu: 'engine', installed: 3, assigned: 2 });
  });

  it('a release that was tried, not confirmed and rolled back bars no way', async () => {
    const world = await newWorld();
    world.release(3, 'engine');
    await world.client().verify();
    world.release(2, 'engine');
    expect((await world.client().verify()).images).toMatchObject([{ path: 'engine/2.bin' }]);
  });
});

describe('3 fast-forward', () => {
  it('of the Director is recovered from by rotating its keys', async () => {
    const world = await settledWorld();
    world.forge(({ targets }) => Object.assign(targets, engineTarget(world)), {
      version: 2 ** 50,
      custom: { vehicle: vin },
    });
    await world.client().verify();
    world.direct(world.assign('engine', 2));
    await world.refuses('update/rollback');
    for (const role of ['timestamp', 'snapshot', 'targets']) world.directorFiles.entrust(role, holder());
    world.directorFiles.publish('root');
    world.direct(world.assign('engine', 2));
    await expect(world.client().verify()).resolves.toBeDefined();
  });
});

describe('7 mix-and-match', () => {
  it('targets of one time with a snapshot of another', async () => {
    const world = await settledWorld();
    const old = world.said!;
    world.release(3, 'engine', 'brake');
    world.directorFiles.files.set(`metadata/${world.said!.targets.version}.targets.json`, old.targets.bytes);
    await world.refuses('update/version-mismatch');
  });

  it('a snapshot that the timestamp doesn’t name', async () => {
    const world = await settledWorld();
    const old = world.said!;
    world.release(3, 'engine', 'brake');
    world.directorFiles.files.set(
      `metadata/${world.said!.snapshot.version}.snapshot.json`,
      old.snapshot.bytes,
    );
    await world.refuses('update/metadata-mismatch');
  });

  it('images of a bundle that the makers have not released together', async () => {
    const world = await newWorld();
    world.addImage('engine', 2, { dependencies: [{ path: 'brake/*', from: 2 }] });
    world.addImage('brake', 2);
    world.image.publishTargets('targets');
    world.forge(({ targets }) => Object.assign(targets, engineTarget(world)));
    await world.refuses('update/uptane-dependency-unmet');
  });
});

describe('8 dependencies, though the Director is a thief’s', () => {
  it.each([
    [
      'one that the vehicle has nothing of',
      { dependencies: [{ path: 'radio/*', from: 1 }] },
      'update/uptane-dependency-extraneous',
    ],
    [
      'a conflict with what is installed',
      { conflicts: [{ path: 'door/*', from: 1 }] },
      'update/uptane-conflict',
    ],
  ])('%s', async (_, rules, code) => {
    const world = await newWorld();
    world.addImage('engine', 2, rules);
    world.image.publishTargets('targets');
    world.forge(({ targets }) => Object.assign(targets, engineTarget(world)));
    await world.refuses(code);
  });

  it('a conflict that only what is installed knows of', async () => {
    const world = await worldWithRelease();
    world.addImage('door', 1, { conflicts: [{ path: 'engine/*', from: 2 }] });
    world.image.publishTargets('targets');
    world.forge(({ targets }) => Object.assign(targets, engineTarget(world)));
    await world.refuses('update/uptane-conflict');
  });

  it('a circle', async () => {
    const world = await newWorld();
    world.addImage('engine', 2, { dependencies: [{ path: 'brake/*', from: 2 }] });
    world.addImage('brake', 2, { dependencies: [{ path: 'engine/*', from: 2 }] });
    world.image.publishTargets('targets');
    const brake = world.assign('brake', 2);
    world.forge(({ targets }) => {
      const custom = { ecuIdentifiers: { brake: { hardwareId: 'brake-board' } }, releaseCounter: 2 };
      Object.assign(targets, engineTarget(world));
      targets[brake.target] = { length: brake.length, hashes: brake.hashes, custom };
    });
    await world.refuses('update/uptane-dependency-cycle');
  });
});

describe('9 wrong software or hardware', () => {
  const forged: readonly (readonly [string, string, (targets: Json, world: World) => void])[] = [
    [
      'an ECU that the vehicle has not',
      'update/uptane-ecu-unknown',
      ({ targets }, world) =>
        Object.assign(
          targets,
          engineTarget(world, { custom: { ecuIdentifiers: { radio: { hardwareId: 'engine-board' } } } }),
        ),
    ],
    [
      'an image for no ECU',
      'update/uptane-ecu-missing',
      ({ targets }, world) => Object.assign(targets, engineTarget(world, { custom: { ecuIdentifiers: {} } })),
    ],
    [
      'an image for other hardware',
      'update/uptane-hardware-mismatch',
      ({ targets }, world) =>
        Object.assign(
          targets,
          engineTarget(world, { custom: { ecuIdentifiers: { engine: { hardwareId: 'brake-board' } } } }),
        ),
    ],
    [
      'an image that its makers have for other hardware',
      'update/uptane-hardware-differs',
      ({ targets }, world) =>
        Object.assign(
          targets,
          engineTarget(world, { custom: { ecuIdentifiers: { brake: { hardwareId: 'brake-board' } } } }),
        ),
    ],
    [
      'two images for one ECU',
      'update/uptane-ecu-repeated',
      ({ targets }, world) => {
        Object.assign(targets, engineTarget(world));
        targets['engine/1.bin'] = { ...Object.values(engineTarget(world))[0] };
      },
    ],
    [
      'an image without a release counter',
      'update/metadata-malformed',
      ({ targets }, world) => {
        Object.assign(targets, engineTarget(world));
        delete targets['engine/2.bin'].custom.releaseCounter;
      },
    ],
    [
      'a Director that delegates',
      'update/uptane-director-delegates',
      (signed, world) => {
        Object.assign(signed.targets, engineTarget(world));
        signed.delegations = { keys: {}, roles: [] };
      },
    ],
  ];

  it.each(forged)('%s', async (_, code, change) => {
    const world = await worldWithRelease();
    world.forge((signed) => change(signed, world));
    await world.refuses(code);
  });
});

describe('10 the repositories disagree', () => {
  const differs: readonly (readonly [string, string, Json])[] = [
    ['in length', 'update/uptane-length-differs', { length: 1 }],
    ['in a hash', 'update/uptane-hash-differs', { hashes: { sha256: '0'.repeat(64) } }],
    ['in which hashes there are', 'update/uptane-hash-differs', { hashes: { sha512: '0'.repeat(128) } }],
    ['in the release counter', 'update/uptane-release-differs', { custom: { releaseCounter: 3 } }],
  ];

  it.each(differs)('%s', async (_, code, more) => {
    const world = await worldWithRelease();
    world.forge(({ targets }) => Object.assign(targets, engineTarget(world, more)));
    await world.refuses(code);
  });

  it('in whether there is the image at all', async () => {
    const world = await newWorld();
    world.forge(({ targets }) => Object.assign(targets, engineTarget(world)));
    const { detail } = await world.refuses('update/uptane-image-missing');
    expect(detail).toEqual({ path: 'engine/2.bin', ecu: 'engine' });
  });

  it('and what is fetched is another file', async () => {
    const world = await worldWithRelease();
    world.direct(world.assign('engine', 2));
    const client = world.client();
    const [image] = (await client.verify()).images;
    for (const path of world.image.files.keys()) {
      if (path.endsWith('2.bin')) world.image.files.set(path, Buffer.from('malware release2'));
    }
    const targetDirectory = join(world.folder, 'slot');
    await world.refuses('update/target-mismatch', () =>
      client.download(image!, { targetUrl, targetDirectory }),
    );
  });
});

describe('11 another vehicle’s metadata', () => {
  it('all of it', async () => {
    const world = await worldWithRelease();
    const other = newVehicle('KTN-0002');
    const manifest = { ...world.manifest(), vehicle: 'KTN-0002' };
    world.serve(world.director().metadataFor(other.vehicle, manifest, [world.assign('engine', 2)]));
    const { detail } = await world.refuses('update/uptane-other-vehicle');
    expect(detail).toEqual({ vehicle: vin, found: 'KTN-0002' });
  });

  it('timestamp and snapshot, with the vehicle’s own targets', async () => {
    const world = await settledWorld();
    const other = newVehicle('KTN-0002');
    const manifest = { ...world.manifest(), vehicle: 'KTN-0002' };
    world.clock.advance(5000);
    const { timestamp, snapshot } = world.director().metadataFor(other.vehicle, manifest, []);
    world.directorFiles.serve('timestamp', timestamp.bytes, 0);
    world.directorFiles.serve('snapshot', snapshot.bytes, snapshot.version);
    world.directorFiles.files.set(`metadata/${snapshot.version}.targets.json`, world.said!.targets.bytes);
    await world.refuses('update/version-mismatch');
  });

  it('metadata that says to whom of nobody', async () => {
    const world = await worldWithRelease();
    world.forge(({ targets }) => Object.assign(targets, engineTarget(world)), {});
    await world.refuses('update/metadata-malformed');
  });
});

describe('13 delegations of the Image repository', () => {
  it('a role under whose paths the image is not', async () => {
    const world = await newWorld();
    world.image.delegate('targets', 'supplier', { paths: ['brake/*'] });
    world.addImage('engine', 2, {}, 'supplier');
    world.image.publishTargets('supplier', 'targets');
    world.direct(world.assign('engine', 2));
    await world.refuses('update/uptane-image-missing');
  });

  it('a terminating role that knows of no such image', async () => {
    const world = await newWorld();
    world.image.delegate('targets', 'first', { paths: ['engine/*'], terminating: true });
    world.image.delegate('targets', 'second', { paths: ['engine/*'] });
    world.addImage('engine', 2, {}, 'second');
    world.image.publishTargets('first', 'second', 'targets');
    world.direct(world.assign('engine', 2));
    await world.refuses('update/uptane-image-missing');
  });

  it('roles that delegate to one another', async () => {
    const world = await newWorld();
    world.image.delegate('targets', 'one', { paths: ['*/*'] });
    world.image.delegate('one', 'two', { paths: ['*/*'] });
    world.image.delegate('two', 'one', { paths: ['*/*'] });
    world.image.publishTargets('two', 'one', 'targets');
    world.direct(world.assign('engine', 2));
    await world.refuses('update/uptane-image-missing');
  });

  it.each(['__proto__', '10', 'constructor'])(
    'an image of the name %s is an image like others',
    async (path) => {
      const world = await newWorld();
      const custom = { hardwareIds: ['engine-board'], releaseCounter: 2 };
      world.image.said.targets!.targets = Object.assign(Object.create(null), world.image.targets.targets);
      world.image.addTarget('targets', path, 'engine release 2', { custom });
      world.image.publishTargets('targets');
      world.direct(world.assign('engine', 2, { target: path }));
      expect((await world.client().verify()).images).toMatchObject([{ path, ecu: 'engine' }]);
    },
  );
});

describe('15 compromise', () => {
  it('of the Director’s targets key alone: the snapshot knows of no other targets', async () => {
    const world = await settledWorld();
    world.addImage('engine', 3);
    world.image.publishTargets('targets');
    const version = world.said!.targets.version;
    const forgedTargets = { ...world.directorFiles.targets, version, custom: { vehicle: vin } };
    world.directorFiles.serve('targets', world.directorFiles.sign('targets', forgedTargets), version);
    world.ecus.set('engine', { ...world.ecus.get('engine')! });
    await world.client().verify();
    world.release(3, 'engine');
    const next = world.said!.targets.version;
    world.directorFiles.serve(
      'targets',
      world.directorFiles.sign('targets', { ...forgedTargets, version: next }),
      next,
    );
    await world.refuses('update/metadata-mismatch');
  });

  it('of the Director’s snapshot key alone: the timestamp knows of no other snapshot', async () => {
    const world = await settledWorld();
    world.release(3, 'engine');
    const { version } = world.said!.snapshot;
    const meta = { 'targets.json': { version: world.said!.targets.version } };
    const signed = { ...world.directorFiles.snapshot, version, meta };
    const forged = Buffer.from(JSON.stringify(world.directorFiles.sign('snapshot', signed)));
    world.directorFiles.serve('snapshot', forged, version);
    await world.refuses('update/metadata-mismatch');
  });

  it('of the Director’s timestamp key alone: it can hold nothing new than what the others said', async () => {
    const world = await settledWorld();
    const version = world.said!.timestamp.version + 1;
    const meta = { 'snapshot.json': { version: world.said!.snapshot.version + 1 } };
    const signed = { ...world.directorFiles.timestamp, version, meta, custom: { vehicle: vin } };
    world.directorFiles.serve('timestamp', world.directorFiles.sign('timestamp', signed), 0);
    await world.refuses('update/not-found');
  });

  it('of all of the Director’s keys: nothing that the makers have not signed', async () => {
    const world = await newWorld();
    world.forge(({ targets }) =>
      Object.assign(targets, engineTarget(world, { hashes: { sha256: 'f'.repeat(64) } })),
    );
    await world.refuses('update/uptane-image-missing');
  });

  it('of the Image repository’s online keys: no image but what the offline ones have signed', async () => {
    const world = await worldWithRelease();
    world.direct(world.assign('engine', 2));
    world.addImage('engine', 2, { releaseCounter: 2, hardwareIds: ['engine-board', 'brake-board'] });
    const stranger = holder();
    const version = world.image.targets.version + 1;
    world.image.serve(
      'targets',
      world.image.sign('targets', { ...world.image.targets, version }, [stranger]),
      version,
    );
    world.image.snapshot.meta['targets.json'].version = version;
    world.image.publish('snapshot', 'timestamp');
    await world.refuses('update/unsigned');
  });

  it('of a supplier’s key: nothing but what the supplier may speak for', async () => {
    const world = await newWorld();
    world.image.delegate('targets', 'supplier', { paths: ['brake/*'], hardware_ids: ['brake-board'] });
    world.addImage('brake', 2, { hardwareIds: ['brake-board', 'engine-board'] }, 'supplier');
    world.image.publishTargets('supplier', 'targets');
    const { length, hashes } = world.assign('brake', 2);
    world.forge(({ targets }) => {
      const custom = { ecuIdentifiers: { engine: { hardwareId: 'engine-board' } }, releaseCounter: 2 };
      targets['brake/2.bin'] = { length, hashes, custom };
    });
    await world.refuses('update/uptane-image-missing');
  });
});
