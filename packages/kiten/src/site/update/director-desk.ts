import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, decodePem, fromBase64, KitenError, type Signer, toBase64 } from '@kiten/codec';
import { generateSigner, loadSigner, nodeVerify, sha256Hex, storeSigner } from '@kiten/identity';
import {
  Director,
  type DirectorMetadata,
  defaultManifestLimits,
  type EcuFacts,
  ecuKey,
  filesOfDirector,
  parseVehicleManifest,
  type ReportMemory,
  TufRepository,
  type Vehicle,
  type VerifiedManifest,
  vehicleOf,
  verifyVehicleManifest,
} from '@kiten/update';
import type { KeptVehicle } from '../../store/updates.ts';
import type { MakeBook } from '../attestation/make-book.ts';
import { algorithmOfKey } from '../key-algorithm.ts';
import type { Layout } from '../layout.ts';
import type { Assignment, DescribedEcu, Directed, Directing, HeardEcu, HeardManifest } from './directing.ts';
import { readMetadata } from './metadata-files.ts';
import type { ReleaseBook } from './release-book.ts';

export interface DirectorDeskParts {
  readonly layout: Pick<Layout, 'keys' | 'director'>;
  readonly makes: Pick<MakeBook, 'find'>;
  readonly releases: ReleaseBook;
  readonly clock: Clock;
}

/** An ECU as an inventory is kept. */
interface KeptEcu {
  readonly ecu: string;
  readonly hardwareId: string;
  /** SPKI in base64; absent of the one whose key is that of the device's certificate. */
  readonly key?: string;
  readonly isPrimary: boolean;
}

/** What is remembered between two manifests. */
interface KeptMemory {
  readonly reports: readonly (readonly [string, ReportMemory])[];
  readonly attacks: readonly string[];
}

/** The Director of a site: one online key for what it says to devices, and a root that names it. */
export class DirectorDesk implements Directing {
  readonly #parts: DirectorDeskParts;
  readonly #director: Director;
  readonly #manifests = new WeakMap<HeardManifest, { vehicle: Vehicle; manifest: VerifiedManifest }>();

  private constructor(parts: DirectorDeskParts, director: Director) {
    this.#parts = parts;
    this.#director = director;
  }

  /** Opens the Director, and makes its first root if there is none. */
  static async open(parts: DirectorDeskParts): Promise<DirectorDesk> {
    const { layout, clock, releases } = parts;
    const signer = await keyIn(layout, 'director');
    const root = (await newestRoot(layout)) ?? (await firstRoot(layout, signer, clock));
    const rulesOf = (path: string) => releases.find(path)?.rules;
    return new DirectorDesk(parts, new Director({ root, signers: [signer], clock, rulesOf }));
  }

  hear(device: string, body: Uint8Array, key: Uint8Array, kept: KeptVehicle | undefined): HeardManifest {
    const { clock } = this.#parts;
    const vehicle = this.#vehicle(device, body, key, kept);
    const remembered = memoryOf(kept);
    const memory = new Map(remembered.reports);
    const manifest = verifyVehicleManifest(body, vehicle, { verify: nodeVerify, now: clock.now(), memory });
    const attacks = new Map(
      [...manifest.reports].map(([ecu, { attacksDetected }]) => [ecu, attacksDetected]),
    );
    const found = [...attacks].filter(([, said]) => said !== '').map(([ecu, said]) => `${ecu} ${said}`);
    const next: KeptMemory = { reports: [...manifest.memory], attacks: found };
    const heard = { ecus: this.#ecus(vehicle, manifest, kept), attacks, memory: JSON.stringify(next) };
    this.#manifests.set(heard, { vehicle, manifest });
    return heard;
  }

  say(
    device: string,
    heard: HeardManifest,
    assignments: readonly Assignment[],
    kept: KeptVehicle | undefined,
  ): Directed {
    const known = this.#manifests.get(heard);
    if (known === undefined) throw new Error(`a manifest of ${device} is said to that was never heard`);
    const previous = kept?.director === undefined ? undefined : unpack(kept.director);
    const wanted = assignments.map(({ version: _, ...assignment }) => assignment);
    const said = this.#director.metadataFor(known.vehicle, known.manifest, wanted, previous);
    if (said === previous && kept?.director !== undefined) return { director: kept.director };
    const isNew = previous === undefined || said.targets.version !== previous.targets.version;
    const { version, bytes } = said.targets;
    return { director: pack(said), ...(isNew ? { said: { version, sha256: sha256Hex(bytes) } } : {}) };
  }

  inventory(device: string, ecus: readonly DescribedEcu[]): string {
    const isOnly = ecus.length === 1;
    const kept = ecus.map(({ ecu, hardwareId, key, primary }): KeptEcu => {
      const own = key === undefined ? {} : { key: toBase64(publicKeyIn(key)) };
      return { ecu, hardwareId, isPrimary: primary ?? isOnly, ...own };
    });
    // As a vehicle of the inventory it has to hold together.
    this.#vehicleOf(device, kept, generateSigner('ES256').publicKey);
    return JSON.stringify(kept);
  }

  /** A file of the metadata for a device: its own roles, or a root. */
  async file(name: string, kept: KeptVehicle | undefined): Promise<Uint8Array | undefined> {
    if (/^([1-9]\d*\.)?root\.json$/.test(name)) return rootFile(this.#parts.layout, name);
    return kept?.director === undefined ? undefined : filesOfDirector(unpack(kept.director)).get(name);
  }

  /** The device’s ECUs: as an inventory says, or the one that it is. */
  #vehicle(device: string, body: Uint8Array, key: Uint8Array, kept: KeptVehicle | undefined): Vehicle {
    const listed = kept?.inventory === undefined ? undefined : (JSON.parse(kept.inventory) as KeptEcu[]);
    return this.#vehicleOf(device, listed ?? [this.#single(device, body, kept)], key);
  }

  #vehicleOf(device: string, ecus: readonly KeptEcu[], key: Uint8Array): Vehicle {
    return vehicleOf(
      device,
      ecus.map(({ ecu, hardwareId, key: own, isPrimary }) => {
        const publicKey = own === undefined ? key : fromBase64(own);
        const algorithm = algorithmOfKey(publicKey);
        if (algorithm === undefined)
          throw new KitenError('kiten/public-key-malformed', `The key of ${ecu} signs no reports.`);
        return { identifier: ecu, hardwareId, isPrimary, key: ecuKey({ algorithm, publicKey }) };
      }),
    );
  }

  #single(device: string, body: Uint8Array, kept: KeptVehicle | undefined): KeptEcu {
    const { model } = this.#parts.makes.find(device);
    if (model === undefined) {
      throw new KitenError(
        'kiten/update-hardware-unknown',
        `Nobody has said what hardware ${device} is: \`kiten update device set ${device} --hardware MODEL\`.`,
      );
    }
    const [known] = kept === undefined ? [] : (JSON.parse(kept.ecus) as EcuFacts[]);
    const { primary } = parseVehicleManifest(body, 'standard', defaultManifestLimits);
    return { ecu: known?.ecu ?? primary, hardwareId: model, isPrimary: true };
  }

  #ecus(vehicle: Vehicle, { reports }: VerifiedManifest, kept: KeptVehicle | undefined): readonly HeardEcu[] {
    const known = new Map(
      (kept === undefined ? [] : (JSON.parse(kept.ecus) as EcuFacts[])).map((ecu) => [ecu.ecu, ecu]),
    );
    return [...vehicle.ecus.values()].map(({ identifier: ecu, hardwareId }) => {
      const installed = reports.get(ecu)?.installed;
      const release =
        installed && this.#parts.releases.installed(installed.path, installed.hashes.get('sha256'));
      return {
        ...{ ecu, hardwareId, releaseCounter: known.get(ecu)?.releaseCounter ?? 0 },
        ...(release && { target: release.target, version: release.version, runs: release.releaseCounter }),
      };
    });
  }
}

function publicKeyIn(pem: string): Uint8Array {
  const [block] = decodePem(pem).filter(({ label }) => label === 'PUBLIC KEY');
  if (block !== undefined) return block.der;
  throw new KitenError('kiten/public-key-malformed', 'There is no “PUBLIC KEY” in this PEM.');
}

function memoryOf(kept: KeptVehicle | undefined): KeptMemory {
  return kept === undefined ? { reports: [], attacks: [] } : (JSON.parse(kept.memory) as KeptMemory);
}

const roles = ['targets', 'snapshot', 'timestamp'] as const;

function pack(metadata: DirectorMetadata): string {
  const files = roles.map((role) => [role, { ...metadata[role], bytes: toBase64(metadata[role].bytes) }]);
  return JSON.stringify({ ...metadata, ...Object.fromEntries(files) });
}

function unpack(text: string): DirectorMetadata {
  const packed = JSON.parse(text) as DirectorMetadata;
  const files = roles.map((role) => {
    const file = packed[role] as unknown as { bytes: string };
    return [role, { ...file, bytes: fromBase64(file.bytes) }];
  });
  return { ...packed, ...Object.fromEntries(files) } as DirectorMetadata;
}

async function keyIn({ keys }: Pick<Layout, 'keys'>, name: string): Promise<Signer> {
  const file = join(keys, `${name}.key.pem`);
  if (!existsSync(file)) await storeSigner(file, generateSigner('EdDSA'));
  return loadSigner(file);
}

/** The root’s key may be carried away, and the root be given more holders: `kiten update rotate`. */
async function firstRoot(
  layout: DirectorDeskParts['layout'],
  online: Signer,
  clock: Clock,
): Promise<Uint8Array> {
  const root = await keyIn(layout, 'director-root');
  const repository = new TufRepository({ directory: layout.director, clock, verify: nodeVerify });
  const holders = (signer: Signer) => ({ keys: [signer], threshold: 1 });
  if ((await repository.staged().catch(() => [])).length === 0)
    await repository.create({
      ...{
        root: holders(root),
        targets: holders(online),
        snapshot: holders(online),
        timestamp: holders(online),
      },
    });
  await repository.sign('root', root);
  await repository.sign('targets', online);
  await repository.publish([online]);
  return (await newestRoot(layout)) as Uint8Array;
}

async function newestRoot(layout: Pick<Layout, 'director'>): Promise<Uint8Array | undefined> {
  return rootFile(layout, 'root.json');
}

const rootFile = ({ director }: Pick<Layout, 'director'>, name: string): Promise<Uint8Array | undefined> =>
  readMetadata(join(director, 'metadata'), name);
