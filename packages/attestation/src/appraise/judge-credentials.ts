import { hexOf, textOf } from '../hash.ts';
import type { RuntimeReference } from '../runtime/runtime-reference.ts';
import type { RuntimeReport } from '../runtime/runtime-report.ts';
import { type Conclusion, conclude } from './conclusion.ts';

/** Whether the device is entered only by those who should: no password that all know, no key that nobody approved. */
export function judgeCredentials(
  { weak, fingerprints }: NonNullable<RuntimeReport['credentials']>,
  references: readonly RuntimeReference[],
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
  return conclude('credentials-sound', 'credentials');
}

const hex = (digest: Uint8Array): string => hexOf(textOf(digest));
