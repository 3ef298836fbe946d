import { KitenError, type Verify } from '@kiten/codec';
import type { RootMetadata, TargetsMetadata } from '../../tuf/metadata/model.ts';
import { verifyThreshold } from '../../tuf/metadata/verify-threshold.ts';
import { formatOf, type UptaneProfile } from '../profile.ts';

/**
 * Judges targets of the Director that no snapshot lists: under its root, no older than those that were trusted before, and
 * not expired. What a secondary does that verifies partially, and with a Director of aktualizr everybody.
 *
 * @throws KitenError `update/unsigned`, `update/threshold`, `update/rollback`, `update/expired`, or what makes them none.
 */
export function acceptUnlistedTargets(
  bytes: Uint8Array,
  options: {
    readonly root: RootMetadata;
    /** The targets that were trusted before, whoever may sign for them now. */
    readonly previous: Uint8Array | undefined;
    /** Milliseconds since 1970. */
    readonly now: number;
    readonly maxBytes: number;
    readonly verify: Verify;
    readonly profile: UptaneProfile;
  },
): TargetsMetadata {
  const { root, previous, now, maxBytes, verify } = options;
  const format = formatOf(options.profile);
  const signed = format.read('targets', bytes, maxBytes);
  verifyThreshold(signed, { name: 'targets', keys: root.keys, ...root.roles.get('targets')! }, verify);
  const { version, expires } = signed.metadata;
  const known = previous === undefined ? 0 : format.read('targets', previous, maxBytes).metadata.version;
  if (version < known) {
    throw new KitenError(
      'update/rollback',
      `Version ${version} of targets is offered after version ${known}: an older state is passed off as new.`,
      { detail: { role: 'targets', trusted: known, found: version } },
    );
  }
  if (expires > now) return signed.metadata;
  throw new KitenError(
    'update/expired',
    `The Director’s targets expired on ${new Date(expires).toISOString()}.`,
    { detail: { role: 'targets', expires } },
  );
}
