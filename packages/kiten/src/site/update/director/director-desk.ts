import { type Clock, KitenError, type Signer } from '@kiten/codec';
import { generateSigner, nodeVerify, sha256Hex } from '@kiten/identity';
import {
  Director,
  defaultManifestLimits,
  type EcuFacts,
  filesOfDirector,
  parseVehicleManifest,
  type ReportMemory,
  type Vehicle,
  type VerifiedManifest,
  verifyVehicleManifest,
} from '@kiten/update';
import type { KeptVehicle } from '../../../store/update-vehicles.ts';
import type { MakeBook } from '../../attestation/make-book.ts';
import type { ReleaseBook } from '../release-book.ts';
import type { Assignment, DescribedEcu, Directed, Directing, HeardEcu, HeardManifest } from './directing.ts';
import { type DirectorFiles, readRoot } from './director-files.ts';
import { type KeptEcu, keptEcus, vehicleWith } from './inventory.ts';
import { packMetadata, type SaidMetadata, unpackMetadata } from './kept-metadata.ts';

export interface DirectorDeskParts {
  readonly files: Pick<DirectorFiles, 'root'>;
  readonly makes: Pick<MakeBook, 'find'>;
  readonly releases: ReleaseBook;
  readonly clock: Clock;
}

/** What is remembered between two manifests. */
interface KeptMemory {
  readonly reports: readonly (readonly [string, ReportMemory])[];
  readonly attacks: readonly string[];
}

/** Under which root, and with which key, the Director speaks. */
interface Present {
  readonly director: Director;
  readonly root: number;
}

/** The Director of a site: one online key for what it says to devices, and a root that names it. */
export class DirectorDesk implements Directing {
  readonly #parts: DirectorDeskParts;
  readonly #manifests = new WeakMap<HeardManifest, { vehicle: Vehicle; manifest: VerifiedManifest }>();
  #present: Present;

  /** @throws KitenError `update/uptane-director-key` unless the root names the key */
  constructor(parts: DirectorDeskParts, root: Uint8Array, signer: Signer) {
    this.#parts = parts;
    this.#present = this.#presentOf(root, signer);
  }

  /**
   * Speaks under another root from now on. What devices were told is said to them anew when they ask next.
   *
   * @throws KitenError `update/uptane-director-key` unless the root names the key
   */
  goOver(root: Uint8Array, signer: Signer): void {
    this.#present = this.#presentOf(root, signer);
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
    const previous = saidTo(kept);
    const { director, root } = this.#present;
    const wanted = assignments.map(({ version: _, ...assignment }) => assignment);
    const said = director.metadataFor(known.vehicle, known.manifest, wanted, previous);
    if (said === previous && kept?.director !== undefined) return { director: kept.director };
    const isNew = previous === undefined || said.targets.version !== previous.targets.version;
    const { version, bytes } = said.targets;
    return {
      director: packMetadata({ ...said, root }),
      ...(isNew ? { said: { version, sha256: sha256Hex(bytes) } } : {}),
    };
  }

  inventory(device: string, ecus: readonly DescribedEcu[]): string {
    const kept = keptEcus(ecus);
    // As a vehicle of the inventory it has to hold together.
    vehicleWith(device, kept, generateSigner('ES256').publicKey);
    return JSON.stringify(kept);
  }

  /**
   * A file of the metadata for a device: its own roles, or a root. A root after the one under which it was told what it was
   * told is none to it yet: it would refuse what was said under the one before.
   */
  async file(name: string, kept: KeptVehicle | undefined): Promise<Uint8Array | undefined> {
    const said = saidTo(kept);
    const root = /^(?:([1-9]\d*)\.)?root\.json$/.exec(name);
    if (root === null) return said === undefined ? undefined : filesOfDirector(said).get(name);
    const isToCome = root[1] !== undefined && Number(root[1]) > (said?.root ?? Number.POSITIVE_INFINITY);
    return isToCome ? undefined : this.#parts.files.root(name);
  }

  #presentOf(root: Uint8Array, signer: Signer): Present {
    const { clock, releases } = this.#parts;
    const rulesOf = (path: string) => releases.find(path)?.rules;
    const director = new Director({ root, signers: [signer], clock, rulesOf });
    return { director, root: readRoot(root).version };
  }

  /** The device’s ECUs: as an inventory says, or the one that it is. */
  #vehicle(device: string, body: Uint8Array, key: Uint8Array, kept: KeptVehicle | undefined): Vehicle {
    const listed = kept?.inventory === undefined ? undefined : (JSON.parse(kept.inventory) as KeptEcu[]);
    return vehicleWith(device, listed ?? [this.#single(device, body, kept)], key);
  }

  #single(device: string, body: Uint8Array, kept: KeptVehicle | undefined): KeptEcu {
    const { model } = this.#parts.makes.find(device);
    if (model === undefined) {
      throw new KitenError(
        'kiten/update-hardware-unknown',
        `Nobody has said what hardware ${device} is: \`kiten update device set ${device} --hardware MODEL\`.`,
      );
    }
    const [known] = knownEcus(kept);
    const { primary } = parseVehicleManifest(body, 'standard', defaultManifestLimits);
    return { ecu: known?.ecu ?? primary, hardwareId: model, isPrimary: true };
  }

  #ecus(vehicle: Vehicle, { reports }: VerifiedManifest, kept: KeptVehicle | undefined): readonly HeardEcu[] {
    const known = new Map(knownEcus(kept).map((ecu) => [ecu.ecu, ecu]));
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

const knownEcus = (kept: KeptVehicle | undefined): readonly EcuFacts[] =>
  kept === undefined ? [] : (JSON.parse(kept.ecus) as EcuFacts[]);

const saidTo = (kept: KeptVehicle | undefined): SaidMetadata | undefined =>
  kept?.director === undefined ? undefined : unpackMetadata(kept.director);

const memoryOf = (kept: KeptVehicle | undefined): KeptMemory =>
  kept === undefined ? { reports: [], attacks: [] } : (JSON.parse(kept.memory) as KeptMemory);
