import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KitenError, manualClock, type Signer } from '@kiten/codec';
import { expect, onTestFinished } from 'vitest';
import {
  type Assignment,
  Director,
  type DirectorMetadata,
  type DirectorOptions,
  type EcuReport,
  type EcuState,
  ecuKey,
  filesOfDirector,
  type InstalledImage,
  initialiseTufClient,
  parseImageRules,
  signReport,
  signVehicleManifest,
  type TufLimits,
  UptaneClient,
  type UptaneClientOptions,
  type Vehicle,
  type VerifiedManifest,
  vehicleOf,
  verifyVehicleManifest,
} from '../../src/index.ts';
import { codeOf } from '../support/fixture.ts';
import { ecdsaSigner, nodeVerify } from '../support/keys.ts';
import { hashesOf, type Json, now, Simulator } from '../support/simulator.ts';

export const vin = 'KTN-0001';
export const ecuNames = ['gateway', 'engine', 'brake', 'door'] as const;

/** A vehicle of four ECUs with keys of their own; the gateway is its primary. */
export interface TestVehicle {
  readonly vehicle: Vehicle;
  readonly signers: Readonly<Record<string, Signer>>;
}

export function newVehicle(identifier = vin, names: readonly string[] = ecuNames): TestVehicle {
  const signers = Object.fromEntries(names.map((name) => [name, ecdsaSigner()]));
  const ecus = names.map((name, index) => ({
    identifier: name,
    hardwareId: `${name}-board`,
    key: ecuKey(signers[name]!),
    isPrimary: index === 0,
  }));
  return { vehicle: vehicleOf(identifier, ecus), signers };
}

export function installedOf(path: string, content: string): InstalledImage {
  const bytes = Buffer.from(content);
  return {
    path,
    length: bytes.length,
    hashes: new Map(Object.entries(hashesOf(bytes) as Record<string, string>)),
  };
}

export const reportOf = (ecu: string, more: Partial<EcuReport> = {}): EcuReport => ({
  ecu,
  installed: installedOf(`${ecu}/1.bin`, `${ecu} release 1`),
  attacksDetected: '',
  time: now - 1000,
  previousTime: now - 2000,
  counter: 1,
  ...more,
});

/** A manifest of all ECUs; `more` says what some of them report otherwise. */
export function manifestOf(
  { vehicle, signers }: TestVehicle,
  more: Readonly<Record<string, Partial<EcuReport>>> = {},
  common: Partial<EcuReport> = {},
): Uint8Array {
  const reports = new Map(
    [...vehicle.ecus.keys()].map((ecu) => [
      ecu,
      signReport(reportOf(ecu, { ...common, ...more[ecu] }), signers[ecu]!),
    ]),
  );
  const primary = vehicle.primary.identifier;
  return signVehicleManifest({ vehicle: vehicle.identifier, primary, reports }, signers[primary]!);
}

/** Two repositories, a Director, and a vehicle whose ECUs run release 1 of everything. */
export class World {
  readonly clock = manualClock(now);
  readonly directorFiles = new Simulator();
  readonly image = new Simulator();
  readonly car: TestVehicle;
  readonly folder: string;
  /** What the primary knows of its ECUs. */
  readonly ecus = new Map<string, EcuState>();
  limits: Partial<TufLimits> = {};
  said: DirectorMetadata | undefined;

  constructor(folder: string, car: TestVehicle) {
    this.folder = folder;
    this.car = car;
    for (const { identifier, hardwareId } of car.vehicle.ecus.values()) {
      const installed = installedOf(`${identifier}/1.bin`, `${identifier} release 1`);
      this.ecus.set(identifier, { hardwareId, releaseCounter: 1, installed });
      this.addImage(identifier, 1);
    }
  }

  directorSigners(): Signer[] {
    return ['targets', 'snapshot', 'timestamp'].flatMap((role) =>
      this.directorFiles.holders[role]!.map(({ signer }) => signer),
    );
  }

  director(more: Partial<DirectorOptions> = {}): Director {
    const rulesOf = (path: string) => {
      const target = this.image.targets.targets[path];
      return target === undefined ? undefined : parseImageRules(target.custom);
    };
    const root = this.directorFiles.file('metadata/root.json');
    return new Director({ root, signers: this.directorSigners(), clock: this.clock, rulesOf, ...more });
  }

  manifest(): VerifiedManifest {
    return verifyVehicleManifest(manifestOf(this.car), this.car.vehicle, { verify: nodeVerify, now });
  }

  /** Has the makers release an image for an ECU: `engine/2.bin`. */
  addImage(ecu: string, release: number, more: Json = {}, role = 'targets'): string {
    const path = `${ecu}/${release}.bin`;
    const custom = { hardwareIds: [`${ecu}-board`], releaseCounter: release, ...more };
    this.image.addTarget(role, path, `${ecu} release ${release}`, { custom });
    return path;
  }

  assign(ecu: string, release: number, more: Partial<Assignment> = {}): Assignment {
    const { path, length, hashes } = installedOf(`${ecu}/${release}.bin`, `${ecu} release ${release}`);
    return {
      ...{ ecu, target: path, length, hashes: Object.fromEntries(hashes) },
      ...{ hardwareId: `${ecu}-board`, releaseCounter: release },
      ...more,
    };
  }

  /** Has the Director say something to the vehicle, and serves it. */
  direct(...assignments: Assignment[]): DirectorMetadata {
    this.said = this.director().metadataFor(this.car.vehicle, this.manifest(), assignments, this.said);
    this.serve(this.said);
    return this.said;
  }

  serve(metadata: DirectorMetadata): void {
    for (const [name, bytes] of filesOfDirector(metadata))
      this.directorFiles.files.set(`metadata/${name}`, bytes);
  }

  /** A release of new images for some ECUs, published and assigned. */
  release(release: number, ...ecus: string[]): void {
    for (const ecu of ecus) this.addImage(ecu, release);
    this.image.publishTargets('targets');
    this.direct(...ecus.map((ecu) => this.assign(ecu, release)));
  }

  /** Has a thief of the Director’s keys say anything at all. */
  forge(change: (targets: Json) => void, more: Json = { custom: { vehicle: vin } }): void {
    const version = (this.said?.targets.version ?? 0) + 1;
    const said = this.directorFiles.said;
    for (const role of ['targets', 'snapshot', 'timestamp']) {
      Object.assign(said[role]!, { version: Math.max(version, said[role]!.version) }, more);
    }
    change(this.directorFiles.targets);
    this.directorFiles.publishTargets('targets');
  }

  client(more: Partial<UptaneClientOptions> = {}): UptaneClient {
    return new UptaneClient({
      ...{ vehicle: this.car.vehicle.identifier, ecus: this.ecus, role: 'primary' },
      director: this.place('director', this.directorFiles),
      image: this.place('image', this.image),
      ...{ verify: nodeVerify, clock: this.clock, limits: this.limits },
      ...more,
    });
  }

  place(name: string, { fetch }: Simulator): UptaneClientOptions['director'] {
    return {
      ...{ metadataDirectory: join(this.folder, name), fetch },
      metadataUrl: 'https://repository.example/metadata',
    };
  }

  /** One hash over all that the vehicle keeps: metadata of both repositories, and its slots. */
  async digest(): Promise<string> {
    const names = (await readdir(this.folder, { recursive: true, withFileTypes: true }))
      .map((entry) => (entry.isFile() ? join(entry.parentPath, entry.name) : ''))
      .filter(Boolean)
      .sort();
    const hash = createHash('sha256');
    for (const name of names) hash.update(name).update(await readFile(name));
    return hash.digest('hex');
  }

  /** That something is refused with this code, and nothing that the vehicle keeps was written. */
  async refuses(
    code: string,
    work: () => Promise<unknown> = () => this.client().verify(),
  ): Promise<KitenError> {
    const before = await this.digest();
    const error = await codeOf(work());
    expect(error.code).toBe(code);
    expect(await this.digest()).toBe(before);
    return error;
  }
}

/** A vehicle as it left the factory: with the first roots of both repositories, and release 1. */
export async function newWorld(car: TestVehicle = newVehicle()): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'kiten-uptane-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const world = new World(folder, car);
  for (const [name, simulator] of [
    ['director', world.directorFiles],
    ['image', world.image],
  ] as const) {
    await mkdir(join(folder, name));
    const root = simulator.file('metadata/1.root.json');
    await initialiseTufClient(join(folder, name), root, { verify: nodeVerify });
  }
  await mkdir(join(folder, 'slot'));
  world.image.publishTargets('targets');
  return world;
}

/** One that has verified an update of its engine, and trusts what was said of it. */
export async function settledWorld(): Promise<World> {
  const world = await newWorld();
  world.release(2, 'engine');
  await world.client().verify();
  return world;
}
