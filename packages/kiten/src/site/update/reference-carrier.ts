import type { ReferenceDesk } from '../attestation/reference-desk.ts';
import type { Campaign } from './campaign.ts';

export interface ReferenceCarrierParts {
  readonly references: ReferenceDesk;
}

/**
 * Brings the reference values of a release to the devices that are told to install it, and tells whether what they show
 * afterwards is the release.
 */
export class ReferenceCarrier {
  readonly #parts: ReferenceCarrierParts;

  constructor(parts: ReferenceCarrierParts) {
    this.#parts = parts;
  }

  /**
   * Has what the release brings along count for a device, beside what counts for it already. A device that is held against
   * nothing stays so: what it runs now would be held against what it does not run yet.
   */
  async bring(device: string, { releases, record, id }: Campaign): Promise<void> {
    const { references } = this.#parts;
    const present = new Set(references.imagesFor(device).map((image) => image.id));
    if (present.size === 0) return;
    const operator = { name: record.changedBy.replace(/^operator:/, ''), role: 'operator' as const };
    for (const digest of releases.flatMap((release) => release.references))
      if (!present.has(digest))
        await references.assign(digest, `device:${device}`, operator, `update campaign ${id}`);
  }

  /** Whether its last evidence holds against what the releases bring along, and nothing else. */
  async shows(device: string, { releases }: Campaign): Promise<boolean> {
    const { references } = this.#parts;
    const digests = releases.flatMap((release) => release.references);
    if (digests.length === 0 || references.imagesFor(device).length === 0) return true;
    return references.holds(device, digests);
  }
}
