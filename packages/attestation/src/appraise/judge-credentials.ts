import { hexOf, textOf } from '../hash.ts';
import type { RuntimeReference } from '../runtime/runtime-reference.ts';
import type { RuntimeReport } from '../runtime/runtime-report.ts';
import { type Conclusion, conclude } from './conclusion.ts';

/** Devices that hold a secret, too: hexadecimal digest of a fingerprint to the name of another device. */
export type SharedSecrets = ReadonlyMap<string, string>;

/** Whether the device is entered only by those who should: no password that all know, none that others have, too. */
export function judgeCredentials(
  { weak, fingerprints }: NonNullable<RuntimeReport['credentials']>,
  references: readonly RuntimeReference[],
  shared: SharedSecrets,
): Conclusion {
  const [account] = weak;
  if (account !== undefined) {
    const parameters = { account: account.account.slice(0, 200), count: weak.length };
    return conclude(account.weakness, 'credentials', parameters);
  }
  const authorized = references.flatMap(({ authorizedKeys }) => authorizedKeys ?? []);
  const stranger = fingerprints.find(
    ({ kind, digest }) =>
      kind === 'authorized-key' && authorized.length > 0 && !authorized.some((keys) => keys.has(hex(digest))),
  );
  if (stranger !== undefined) {
    const parameters = { account: stranger.label.slice(0, 200), digest: hex(stranger.digest) };
    return conclude('authorized-key-unapproved', 'credentials', parameters);
  }
  const common = fingerprints.find(
    ({ kind, digest }) => kind !== 'authorized-key' && shared.has(hex(digest)),
  );
  if (common !== undefined) return sharedSecret(common.kind, common.label, shared.get(hex(common.digest))!);
  return conclude('credentials-sound', 'credentials');
}

/** The conclusion against a device whose secret another one has: of the one that is appraised, or of the other. */
export const sharedSecret = (kind: string, label: string, device: string): Conclusion =>
  conclude('secret-shared', 'credentials', { kind, label: label.slice(0, 200), device });

const hex = (digest: Uint8Array): string => hexOf(textOf(digest));
