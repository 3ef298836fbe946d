// A Director and a vehicle that both speak the legacy profile, with an Image repository that does.
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, type Signer, toBase64 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  Director,
  filesOfDirector,
  formatOf,
  initialiseTufClient,
  keyObjectOf,
  parseVehicleManifest,
  signReport,
  signVehicleManifest,
  type UptaneClient,
  verifyVehicleManifest,
} from '../../../src/index.ts';
import { ed25519Signer, nodeVerify } from '../../support/keys.ts';
import { type Json, now, Simulator } from '../../support/simulator.ts';
import { newVehicle, newWorld, reportOf, type TestVehicle, type World } from '../world.ts';

const expires = '2031-01-01T00:00:00Z';

/** Key ids of the legacy profile are labels: any will do. */
function signedFile(signed: Json, by: Readonly<Record<string, Signer>>): Json {
  const form = Buffer.from(canonicalJson(signed));
  const signatures = Object.entries(by).map(([keyid, signer]) => {
    return { keyid, method: 'ed25519', sig: toBase64(signer.sign(form)) };
  });
  return { signatures, signed };
}

function rootOf(keys: Readonly<Record<string, Signer>>, keyids = Object.keys(keys), threshold = 1): Json {
  const listed = Object.entries(keys).map(([label, { algorithm, publicKey }]) => {
    return [label, { keytype: 'ED25519', keyval: keyObjectOf(algorithm, publicKey).keyval }];
  });
  const role = { keyids, threshold };
  const roles = { root: role, targets: role, snapshot: role, timestamp: role };
  return { _type: 'Root', version: 1, expires, keys: Object.fromEntries(listed), roles };
}

const bytesOf = (file: Json): Uint8Array => Buffer.from(JSON.stringify(file, undefined, 2));

function described(file: Json, version: number): Json {
  const form = canonicalJson(file);
  return {
    version,
    length: form.length,
    hashes: { sha256: createHash('sha256').update(form).digest('hex') },
  };
}

/** An Image repository of four roles and one image. */
function imageRepository(signer: Signer, targets: Json): Simulator {
  const by = { image: signer };
  const simulator = new Simulator();
  simulator.files.clear();
  const files: Json = { root: signedFile(rootOf(by), by) };
  files.targets = signedFile({ _type: 'Targets', version: 4, expires, targets }, by);
  const meta = { 'targets.json': described(files.targets, 4) };
  files.snapshot = signedFile({ _type: 'Snapshot', version: 4, expires, meta }, by);
  const snapshot = { 'snapshot.json': described(files.snapshot, 4) };
  files.timestamp = signedFile({ _type: 'Timestamp', version: 4, expires, meta: snapshot }, by);
  for (const [role, file] of Object.entries(files))
    simulator.files.set(`metadata/${role}.json`, bytesOf(file as Json));
  return simulator;
}

interface LegacyWorld {
  readonly world: World;
  readonly car: TestVehicle;
  readonly client: () => UptaneClient;
}

async function legacyWorld(root = (signer: Signer) => rootOf({ online: signer })): Promise<LegacyWorld> {
  const car = newVehicle('any', ['gateway', 'engine']);
  const world = await newWorld(car);
  const signer = ed25519Signer();
  const { releaseCounter: _, ...assignment } = world.assign('engine', 2);
  const { target, length, hashes } = assignment;
  const director = new Simulator();
  director.files.clear();
  director.files.set('metadata/root.json', bytesOf(signedFile(root(signer), { online: signer })));
  const image = imageRepository(signer, { [target]: { length, hashes } });
  const said = new Director({
    ...{ root: director.file('metadata/root.json'), signers: [signer], clock: world.clock },
    ...{ rulesOf: () => undefined, profile: 'legacy' },
  }).metadataFor(car.vehicle, world.manifest(), [assignment]);
  for (const [name, bytes] of filesOfDirector(said)) director.files.set(`metadata/${name}`, bytes);
  for (const [name, simulator] of Object.entries({ director, image })) {
    const directory = join(world.folder, `legacy-${name}`);
    await mkdir(directory);
    await initialiseTufClient(directory, simulator.file('metadata/root.json'), {
      ...{ verify: nodeVerify, format: formatOf('legacy') },
    });
  }
  const client = () =>
    world.client({
      profile: 'legacy',
      ecus: new Map([...car.vehicle.ecus].map(([ecu, { hardwareId }]) => [ecu, { hardwareId }])),
      director: world.place('legacy-director', director),
      image: world.place('legacy-image', image),
    });
  return { world, car, client };
}

describe('the legacy profile', () => {
  it('passes from a Director by two repositories to a vehicle', async () => {
    const { client } = await legacyWorld();
    expect((await client().verify()).images).toMatchObject([
      { ecu: 'engine', path: 'engine/2.bin', hardwareId: 'engine-board', isInstalled: false },
    ]);
  });

  it('1 one key under two ids counts once', async () => {
    const twice = (signer: Signer) => rootOf({ online: signer, again: signer }, ['online', 'again'], 2);
    await expect(legacyWorld(twice)).rejects.toThrow(expect.objectContaining({ code: 'update/threshold' }));
  });

  it('has its own manifests, whose vehicle is known by its certificate', () => {
    const car = newVehicle('any', ['gateway', 'engine']);
    const reports = new Map(
      [...car.vehicle.ecus.keys()].map((ecu) => {
        const { counter: _, ...report } = reportOf(ecu);
        return [ecu, signReport(report, car.signers[ecu]!, 'legacy')];
      }),
    );
    const manifest = { vehicle: 'any', primary: 'gateway', reports };
    const bytes = signVehicleManifest(manifest, car.signers.gateway!, 'legacy');
    const options = { verify: nodeVerify, now, profile: 'legacy' } as const;
    expect(verifyVehicleManifest(bytes, car.vehicle, options).reports.get('engine')?.installed.path).toBe(
      'engine/1.bin',
    );
    expect(() => parseVehicleManifest(bytes)).toThrow(
      expect.objectContaining({ code: 'update/metadata-malformed' }),
    );
  });
});
