import { type Clock, KitenError, type Verify } from '@kiten/codec';
import { defaultTufLimits } from '../limits.ts';
import { topLevelRoles } from '../metadata/model.ts';
import { parseMetadata } from '../metadata/parse-metadata.ts';
import { verifyThreshold } from '../metadata/verify-threshold.ts';
import { readMetadataFile } from './metadata-file.ts';

export interface VerifyFileOptions {
  readonly clock: Clock;
  readonly verify: Verify;
  /** A root that is trusted. */
  readonly root: Uint8Array;
}

/** A metadata file that a root vouches for. */
export interface VerifiedFile {
  readonly type: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/**
 * Verifies one metadata file of a role that a root names: that enough of the holders signed it, and that it holds still.
 * Whether it is the newest shows only in the whole repository.
 *
 * @throws KitenError `update/unsigned`, `update/threshold`, `update/expired`, or what makes either file none.
 */
export function verifyMetadataFile(
  bytes: Uint8Array,
  { clock, verify, root }: VerifyFileOptions,
): VerifiedFile {
  const { keys, roles } = parseMetadata('root', root, defaultTufLimits.rootBytes).metadata;
  const found = readMetadataFile(bytes).signed._type;
  const type = topLevelRoles.find((role) => role === found);
  const role = type && roles.get(type);
  if (type === undefined || role === undefined) {
    throw new KitenError('update/no-such-role', 'This is no metadata of a role that the root names.');
  }
  const signed = parseMetadata(type, bytes, defaultTufLimits.targetsBytes);
  verifyThreshold(signed, { name: type, keys, ...role }, verify);
  const { version, expires } = signed.metadata;
  if (expires > clock.now()) return { type, version, expires };
  throw new KitenError(
    'update/expired',
    `The metadata of ${type} expired on ${new Date(expires).toISOString()}.`,
    {
      detail: { role: type, expires },
    },
  );
}
