import { KitenError } from '@kiten/codec';
import type { FoundTarget } from '../../tuf/client/client.ts';
import type { KeptMetadata } from '../../tuf/client/metadata-directory.ts';
import type { MetadataSource } from '../../tuf/client/metadata-update.ts';
import { findTarget, isNotFound } from '../../tuf/client/search.ts';
import type { TrustedMetadata } from '../../tuf/client/trusted-metadata.ts';
import type { TufLimits } from '../../tuf/limits.ts';
import { orderOfBundle, type PlannedImage } from '../bundle.ts';
import { type ImageRules, parseImageRules } from '../image-rules.ts';
import type { UptaneProfile } from '../profile.ts';
import type { EcuState } from './ecu-rules.ts';
import { matchImage } from './match-image.ts';
import type { VerifiedImage } from './uptane-client.ts';

/** What the Image repository says, in one update. */
export class ImageRepository {
  readonly #trusted: TrustedMetadata;
  readonly #kept: KeptMetadata;
  readonly #source: MetadataSource;
  readonly #limits: TufLimits;
  readonly #profile: UptaneProfile;

  constructor(
    trusted: TrustedMetadata,
    kept: KeptMetadata,
    source: MetadataSource,
    limits: TufLimits,
    profile: UptaneProfile,
  ) {
    this.#trusted = trusted;
    this.#kept = kept;
    this.#source = source;
    this.#limits = limits;
    this.#profile = profile;
  }

  /**
   * That it says the same of all images as the Director, and that together with what stays they are a whole.
   *
   * @returns the images in the order of their installation.
   * @throws KitenError `update/uptane-image-missing`, or what {@link matchImage} and {@link orderOfBundle} refuse.
   */
  async match(
    images: readonly VerifiedImage[],
    ecus: ReadonlyMap<string, EcuState>,
  ): Promise<readonly VerifiedImage[]> {
    const planned: PlannedImage[] = [];
    for (const image of images) {
      const rules = matchImage(image, await this.#vouched(image), this.#profile);
      planned.push({ ...rules, ecu: image.ecu, path: image.path, isNew: !image.isInstalled });
    }
    const directed = new Set(images.map(({ ecu }) => ecu));
    for (const [ecu, state] of ecus) {
      if (state.installed === undefined || directed.has(ecu)) continue;
      const { path } = state.installed;
      const rules = await this.#rulesOfInstalled(path, state);
      planned.push({ ...rules, ecu, path, isNew: false });
    }
    const place = new Map(orderOfBundle(planned).map((ecu, index) => [ecu, index]));
    return images.toSorted((left, right) => (place.get(left.ecu) ?? -1) - (place.get(right.ecu) ?? -1));
  }

  async #vouched({ path, ecu, hardwareId }: VerifiedImage): Promise<FoundTarget> {
    const found = await this.#find(path, hardwareId);
    if (found !== undefined) return found;
    throw new KitenError(
      'update/uptane-image-missing',
      `The Director has the ECU ${ecu} run ${path}, and the Image repository knows of no such image.`,
      { detail: { path, ecu } },
    );
  }

  /** An image that is installed may be listed no longer. */
  async #rulesOfInstalled(path: string, { hardwareId, releaseCounter }: EcuState): Promise<ImageRules> {
    const rules = parseImageRules((await this.#find(path, hardwareId))?.custom);
    return releaseCounter === undefined ? rules : { ...rules, releaseCounter };
  }

  async #find(path: string, hardwareId: string | undefined): Promise<FoundTarget | undefined> {
    try {
      return await findTarget(path, this.#trusted, this.#kept, this.#source, this.#limits, hardwareId);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}
