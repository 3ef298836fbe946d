import { hash } from 'node:crypto';
import { type Clock, KitenError, type Verify } from '@kiten/codec';
import { type DownloadedTarget, type DownloadOptions, downloadTarget } from '../../tuf/client/download.ts';
import { removePending } from '../../tuf/client/durable-files.ts';
import { MetadataDirectory } from '../../tuf/client/metadata-directory.ts';
import { ifThere, MetadataUpdate } from '../../tuf/client/metadata-update.ts';
import type { FetchFile } from '../../tuf/client/retrieve.ts';
import type { TrustedMetadata } from '../../tuf/client/trusted-metadata.ts';
import { defaultTufLimits, type TufLimits } from '../../tuf/limits.ts';
import type { TargetsMetadata } from '../../tuf/metadata/model.ts';
import { formatOf, type UptaneProfile } from '../profile.ts';
import { checkDescribedTargets } from './described-targets.ts';
import { checkAddressee, type DirectedImage, directedImages } from './directed-images.ts';
import { checkForEcu, type EcuState, runs } from './ecu-rules.ts';
import { ImageRepository } from './image-repository.ts';
import { StagedMetadata } from './staged-metadata.ts';
import { acceptUnlistedTargets } from './unlisted-targets.ts';

/** One of the two repositories (Uptane 2.1 §5.2.6): every image has to be vouched for by both. */
export interface UptaneRepository {
  /** Where `initialiseTufClient` has put its root: the ECU’s own. */
  readonly metadataDirectory: string;
  readonly metadataUrl: string;
  readonly fetch: FetchFile;
}

export interface UptaneClientOptions {
  readonly vehicle: string;
  /** Of a primary all ECUs of the vehicle; of a secondary itself alone. */
  readonly ecus: ReadonlyMap<string, EcuState>;
  /** A secondary passes over what is for other ECUs. */
  readonly role: 'primary' | 'secondary';
  readonly director: UptaneRepository;
  readonly image: UptaneRepository;
  readonly verify: Verify;
  /** A secure one: see {@link attestedClock}. */
  readonly clock: Clock;
  readonly limits?: Partial<TufLimits>;
  readonly profile?: UptaneProfile;
}

/** An image that both repositories vouch for. */
export interface VerifiedImage extends DirectedImage {
  /** Whether the ECU runs it already. */
  readonly isInstalled: boolean;
}

/** What the ECUs of a vehicle are to run, and all of it together. */
export interface VerifiedUpdate {
  /** The version of the Director’s targets that says so. */
  readonly version: number;
  /** SHA-256 of that file as it was served, in hexadecimal: what the log has of the decision. */
  readonly sha256: string;
  /** In the order of their installation: each after those that it needs. */
  readonly images: readonly VerifiedImage[];
}

/**
 * Full verification (Uptane 2.1 §5.4.4.2), on a primary or a secondary. The two repositories are judged each by itself as
 * TUF has it, and then against one another. Not before all of it holds is any of it kept.
 */
export class UptaneClient {
  readonly #options: UptaneClientOptions;
  readonly #limits: TufLimits;
  readonly #profile: UptaneProfile;
  #imageIsConsistent = true;

  constructor(options: UptaneClientOptions) {
    this.#options = options;
    this.#limits = { ...defaultTufLimits, ...options.limits };
    this.#profile = options.profile ?? 'standard';
  }

  /**
   * Fetches and verifies what the Director says, and for what is new what the Image repository says of it.
   *
   * @throws KitenError `update/…`: what was refused, and why. Nothing is kept then.
   */
  async verify(): Promise<VerifiedUpdate> {
    const { director, image, vehicle } = this.#options;
    const directorKept = await this.#kept(director);
    const directed =
      (await this.#ofTwoRoles(director, directorKept)) ?? (await this.#ofFourRoles(director, directorKept));
    checkAddressee(directed, vehicle, this.#profile);
    const targets = await this.#targetsIn(directorKept);
    const images = this.#forOwnEcus(directedImages(directed, this.#profile));
    const order = images.every(({ isInstalled }) => isInstalled)
      ? images
      : await this.#matched(images, image);
    await directorKept.commit();
    return { version: directed.version, sha256: hash('sha256', targets, 'hex'), images: order };
  }

  /**
   * Fetches a verified image into a directory: whole and as described, or not at all.
   *
   * @throws KitenError as `TufClient.download` says.
   */
  download(image: VerifiedImage, where: DownloadOptions): Promise<DownloadedTarget> {
    const { fetch } = this.#options.image;
    const source = { fetch, clock: this.#options.clock };
    return downloadTarget(image, this.#imageIsConsistent, where, source, this.#limits);
  }

  async #ofFourRoles(director: UptaneRepository, kept: StagedMetadata): Promise<TargetsMetadata> {
    const { timestamp, targets } = await this.#update(director, kept).run();
    checkAddressee(timestamp, this.#options.vehicle, this.#profile);
    checkDescribedTargets(await this.#targetsIn(kept), timestamp, this.#profile);
    return targets;
  }

  /** Aktualizr’s Directors have no timestamp and no snapshot. One that has had them goes on having them. */
  async #ofTwoRoles(director: UptaneRepository, kept: StagedMetadata): Promise<TargetsMetadata | undefined> {
    const { timestampBytes, targetsBytes: maxBytes } = this.#limits;
    if (this.#profile !== 'legacy' || (await kept.read('timestamp', timestampBytes)) !== undefined)
      return undefined;
    const update = this.#update(director, kept);
    if ((await ifThere(update.fetchFile('timestamp.json', timestampBytes))) !== undefined) return undefined;
    const { root } = await update.runRoot();
    const previous = await kept.read('targets', maxBytes);
    const targets = await update.fetchFile('targets.json', maxBytes);
    const { verify, clock } = this.#options;
    const profile = this.#profile;
    const found = acceptUnlistedTargets(targets, {
      root,
      previous,
      now: clock.now(),
      maxBytes,
      verify,
      profile,
    });
    await kept.write('targets', targets);
    return found;
  }

  async #targetsIn(kept: StagedMetadata): Promise<Uint8Array> {
    return (await kept.read('targets', this.#limits.targetsBytes)) ?? new Uint8Array();
  }

  /** @throws KitenError `update/uptane-ecu-unknown`, or what {@link checkForEcu} refuses. */
  #forOwnEcus(directed: readonly DirectedImage[]): readonly VerifiedImage[] {
    const { ecus, role } = this.#options;
    const own: VerifiedImage[] = [];
    for (const image of directed) {
      const state = ecus.get(image.ecu);
      if (state === undefined) {
        if (role === 'secondary') continue;
        throw new KitenError('update/uptane-ecu-unknown', `The vehicle has no ECU ${image.ecu}.`, {
          detail: { ecu: image.ecu },
        });
      }
      checkForEcu(image, state);
      own.push({ ...image, isInstalled: runs(state, image) });
    }
    return own;
  }

  /** Holds the images against the Image repository, and keeps its metadata if they match. */
  async #matched(
    images: readonly VerifiedImage[],
    place: UptaneRepository,
  ): Promise<readonly VerifiedImage[]> {
    const kept = await this.#kept(place);
    const update = this.#update(place, kept);
    const trusted: TrustedMetadata = await update.run();
    const source = { ...place, ...this.#source() };
    const repository = new ImageRepository(trusted, kept, source, this.#limits, this.#profile);
    const order = await repository.match(images, this.#options.ecus);
    this.#imageIsConsistent = trusted.root.consistentSnapshot;
    await kept.commit();
    return order;
  }

  async #kept({ metadataDirectory }: UptaneRepository): Promise<StagedMetadata> {
    await removePending(metadataDirectory);
    return new StagedMetadata(new MetadataDirectory(metadataDirectory));
  }

  #update(place: UptaneRepository, kept: StagedMetadata): MetadataUpdate {
    return new MetadataUpdate(kept, { ...place, ...this.#source() }, this.#limits);
  }

  #source() {
    const { verify, clock } = this.#options;
    return { verify, clock, format: formatOf(this.#profile) };
  }
}
