import type { Verify } from '@kiten/codec';
import { TrustedMetadata } from '../../tuf/client/trusted-metadata.ts';
import { defaultTufLimits, type TufLimits } from '../../tuf/limits.ts';
import { formatOf, type UptaneProfile } from '../profile.ts';
import { checkAddressee, type DirectedImage, directedImages } from './directed-images.ts';
import { checkForEcu, type EcuState } from './ecu-rules.ts';
import { acceptUnlistedTargets } from './unlisted-targets.ts';

export interface PartialVerification {
  readonly vehicle: string;
  readonly ecu: string;
  readonly state: EcuState;
  /** The Director’s root that the ECU trusts, and those that have come since, in turn. */
  readonly root: Uint8Array;
  readonly newerRoots?: readonly Uint8Array[];
  /** The Director’s targets that the ECU trusts, from its making on. */
  readonly previousTargets: Uint8Array;
  /** Milliseconds since 1970: attested, see `verifyTime`. */
  readonly now: number;
  readonly verify: Verify;
  readonly limits?: TufLimits;
  readonly profile?: UptaneProfile;
}

/** What an ECU may keep after partial verification. */
export interface PartiallyVerified {
  readonly version: number;
  /** What the Director has this ECU run; nothing if it says nothing of it. */
  readonly image?: DirectedImage;
}

/**
 * Partial verification (Uptane 2.1 §5.4.4.1), for a secondary that has no room for more: the Director’s targets alone,
 * under its root, whose rotation is followed. It keeps and fetches nothing: what holds is the ECU’s to store.
 *
 * @throws KitenError `update/unsigned`, `update/threshold`, `update/rollback`, `update/expired`, `update/root-version`,
 * `update/uptane-other-vehicle`, and what {@link directedImages} and {@link checkForEcu} refuse.
 */
export function verifyPartially(targets: Uint8Array, options: PartialVerification): PartiallyVerified {
  const { limits = defaultTufLimits, profile = 'standard', verify, now } = options;
  const format = formatOf(profile);
  const trusted = new TrustedMetadata(options.root, { started: now, limits, verify, format });
  for (const root of options.newerRoots ?? []) trusted.acceptRoot(root);
  trusted.checkRoot();
  const { previousTargets: previous } = options;
  const role = { root: trusted.root, previous, now, maxBytes: limits.targetsBytes, verify, profile };
  const found = acceptUnlistedTargets(targets, role);
  const { version } = found;
  checkAddressee(found, options.vehicle, profile);
  const image = directedImages(found, profile).find(({ ecu }) => ecu === options.ecu);
  if (image === undefined) return { version };
  checkForEcu(image, options.state);
  return { version, image };
}
