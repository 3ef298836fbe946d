import { toHex } from '@kiten/codec';
import type { SecretFingerprint } from '../runtime/runtime-report.ts';
import { type Conclusion, conclude } from './conclusion.ts';

/** Devices that hold a secret, too: hexadecimal digest of a fingerprint to the name of another device. */
export type SharedSecrets = ReadonlyMap<string, string>;

/** Whether a secret has to be one device's own. A person's key opens all the devices that they look after. */
export const isComparable = ({ kind }: SecretFingerprint): boolean => kind !== 'authorized-key';

/**
 * What stands against a device if others have one of its secrets, too: on the aspect that its report says nothing against
 * (`attestation/credentials-sound`), which knows one device alone. The same for the one that is appraised and the other.
 *
 * @returns undefined if none is shared
 */
export function heldByOthers(
  fingerprints: readonly SecretFingerprint[],
  shared: SharedSecrets,
): Conclusion | undefined {
  for (const one of fingerprints) {
    const device = isComparable(one) ? shared.get(toHex(one.digest)) : undefined;
    if (device === undefined) continue;
    return conclude('secret-shared', 'credentials', {
      kind: one.kind,
      label: one.label.slice(0, 200),
      device,
    });
  }
  return undefined;
}
