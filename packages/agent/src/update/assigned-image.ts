import { KitenError } from '@kiten/codec';
import type { VerifiedImage, VerifiedUpdate } from '@kiten/update';
import type { Image, ImageDelta } from './image.ts';

/** An image that the device is to run, and what somebody who may has said of it. */
export interface AssignedImage {
  readonly image: Image;
  /** None of them vouches for anything: the image that comes out is known. */
  readonly deltas: readonly ImageDelta[];
  /** The version of the Director’s targets. */
  readonly version: number;
  /** SHA-256 of that file, in hexadecimal. */
  readonly decision: string;
  /** Whether the device runs it already. */
  readonly isInstalled: boolean;
}

const mostDeltas = 64;

/**
 * The image for an ECU; undefined if the Director has none for it. Deltas that lead to it stand in its custom metadata:
 * `"deltas": [{"path": …, "length": …, "sha256": …, "base": SHA-256 of the image that it begins from}]`.
 *
 * @throws KitenError `agent/image-unsuitable` for an image without SHA-256 or release counter, or malformed deltas.
 */
export function assignedImage(
  { version, sha256: decision, images }: VerifiedUpdate,
  ecu: string,
): AssignedImage | undefined {
  const found = images.find((image) => image.ecu === ecu);
  if (found === undefined) return undefined;
  const { path, length, releaseCounter, isInstalled } = found;
  const sha256 = found.hashes.get('sha256');
  if (sha256 === undefined || releaseCounter === undefined) {
    throw new KitenError('agent/image-unsuitable', `The image ${path} has no SHA-256 or no release counter.`);
  }
  const image = { path, length, sha256, releaseCounter };
  return { image, deltas: deltasOf(found), version, decision, isInstalled };
}

function deltasOf({ path, custom = {} }: VerifiedImage): readonly ImageDelta[] {
  const listed: unknown = Object.hasOwn(custom, 'deltas') ? custom.deltas : [];
  if (Array.isArray(listed) && listed.length <= mostDeltas && listed.every(isDelta)) return listed;
  throw new KitenError('agent/image-unsuitable', `The deltas of the image ${path} are malformed.`);
}

const isSha256 = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

function isDelta(value: unknown): value is ImageDelta {
  if (typeof value !== 'object' || value === null) return false;
  const { path, length, sha256, base } = value as Readonly<Record<string, unknown>>;
  return (
    typeof path === 'string' &&
    typeof length === 'number' &&
    Number.isSafeInteger(length) &&
    length >= 0 &&
    isSha256(sha256) &&
    isSha256(base)
  );
}
