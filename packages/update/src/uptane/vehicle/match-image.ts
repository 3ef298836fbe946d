import { KitenError } from '@kiten/codec';
import type { FoundTarget } from '../../tuf/client/client.ts';
import { hashesMatch } from '../hashes-match.ts';
import { type ImageRules, parseImageRules } from '../image-rules.ts';
import type { UptaneProfile } from '../profile.ts';
import type { DirectedImage } from './directed-images.ts';

/**
 * That both repositories say the same of an image (Uptane 2.1 §5.4.4.2, step 10): length, hashes, release counter, and
 * that it is for the ECU’s hardware.
 *
 * @returns what its makers say of it.
 * @throws KitenError `update/uptane-length-differs`, `update/uptane-hash-differs`, `update/uptane-release-differs`,
 * `update/uptane-hardware-differs`, `update/metadata-malformed`.
 */
export function matchImage(directed: DirectedImage, found: FoundTarget, profile: UptaneProfile): ImageRules {
  const { path, ecu } = directed;
  const rules = parseImageRules(found.custom);
  if (directed.length !== found.length) {
    throw new KitenError(
      'update/uptane-length-differs',
      `The Director says another length of ${path} than the Image repository.`,
      { detail: { path, director: directed.length, image: found.length } },
    );
  }
  if (!hashesMatch(directed.hashes, found.hashes)) {
    throw new KitenError(
      'update/uptane-hash-differs',
      `The Director says other hashes of ${path} than the Image repository.`,
      { detail: { path } },
    );
  }
  if (directed.releaseCounter !== rules.releaseCounter) {
    throw new KitenError(
      'update/uptane-release-differs',
      `The Director says another release counter of ${path} than the Image repository.`,
      { detail: { path, director: directed.releaseCounter, image: rules.releaseCounter } },
    );
  }
  if (isForHardware(rules, directed.hardwareId, profile)) return rules;
  throw new KitenError(
    'update/uptane-hardware-differs',
    `The Image repository has ${path} for other hardware than that of the ECU ${ecu}.`,
    { detail: { path, ecu, director: directed.hardwareId, image: rules.hardwareIds } },
  );
}

function isForHardware(
  { hardwareIds }: ImageRules,
  hardwareId: string | undefined,
  profile: UptaneProfile,
): boolean {
  if (profile === 'legacy' && (hardwareIds.length === 0 || hardwareId === undefined)) return true;
  return hardwareId !== undefined && hardwareIds.includes(hardwareId);
}
