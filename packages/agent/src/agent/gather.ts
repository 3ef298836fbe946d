import type { ChallengeMessage, TpmEvidence } from '@kiten/attestation';
import { KitenError } from '@kiten/codec';
import { type AttestationKeySeed, createAttestationKey, storedSeed } from '../evidence/attestation-key.ts';
import { collectEvidence } from '../evidence/collect-evidence.ts';
import type { CollectedReport } from '../runtime/collect-report.ts';
import { withObject } from '../tpm/object.ts';
import { type Host, withTpm } from './host.ts';

/** The evidence that a challenge asks for. @throws KitenError `agent/not-enrolled`, `agent/tpm-…`, `agent/…` */
export async function gather(host: Host, challenge: ChallengeMessage): Promise<TpmEvidence> {
  const seed = await requireSeed(host);
  const report = await runtimeReport(host, challenge);
  return withTpm(host, (tpm) =>
    withObject(tpm, createAttestationKey(tpm, seed), (key) =>
      collectEvidence(tpm, key, challenge, host.configuration.logs, report),
    ),
  );
}

/** What the key is made from that attests for this device. @throws KitenError `agent/not-enrolled` */
export async function requireSeed(host: Host): Promise<AttestationKeySeed> {
  const seed = await storedSeed(host.state);
  if (seed !== undefined) return seed;
  throw new KitenError('agent/not-enrolled', 'No key attests for this device yet: run "kiten-agent enrol".');
}

/** What the device runs, if the site asks for it. The TPM is not held meanwhile. */
async function runtimeReport(
  host: Host,
  { runtime: { wants, eventsAfter, salt } }: ChallengeMessage,
): Promise<CollectedReport | undefined> {
  if (wants.length === 0) return undefined;
  const collector = await host.runtime();
  return collector.collect({ wants, eventsFrom: eventsAfter, ...(salt === undefined ? {} : { salt }) });
}
