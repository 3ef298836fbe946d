import { KitenError, type Verify } from '@kiten/codec';
import { TrustedMetadata } from '../../tuf/client/trusted-metadata.ts';
import { defaultTufLimits, type TufLimits } from '../../tuf/limits.ts';
import { verifyThreshold } from '../../tuf/metadata/verify-threshold.ts';
import { formatOf, type UptaneProfile } from '../profile.ts';
import { checkAddressee, type DirectedImage, directedImages } from './directed-images.ts';
import { checkForEcu, type EcuState } from './ecu-rules.ts';

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
  const { root } = trusted;
  const role = { name: 'targets', keys: root.keys, ...root.roles.get('targets')! };
  const signed = format.read('targets', targets, limits.targetsBytes);
  verifyThreshold(signed, role, verify);
  const { version, expires } = signed.metadata;
  const previous = format.read('targets', options.previousTargets, limits.targetsBytes).metadata.version;
  if (version < previous) {
    throw new KitenError(
      'update/rollback',
      `Version ${version} of targets is offered after version ${previous}: an older state is passed off as new.`,
      { detail: { role: 'targets', trusted: previous, found: version } },
    );
  }
  if (expires <= now) {
    throw new KitenError(
      'update/expired',
      `The Director’s targets expired on ${new Date(expires).toISOString()}.`,
      {
        detail: { role: 'targets', expires },
      },
    );
  }
  checkAddressee(signed.metadata, options.vehicle, profile);
  const image = directedImages(signed.metadata, profile).find(({ ecu }) => ecu === options.ecu);
  if (image === undefined) return { version };
  checkForEcu(image, options.state);
  return { version, image };
}
