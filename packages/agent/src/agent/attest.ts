import {
  type ChallengeMessage,
  encodeResult,
  encodeTpmEvidence,
  type ResultMessage,
  type TpmEvidence,
} from '@kiten/attestation';
import { KitenError } from '@kiten/codec';
import { createAttestationKey, storedSeed } from '../evidence/attestation-key.ts';
import { collectEvidence } from '../evidence/collect-evidence.ts';
import type { CollectedReport } from '../runtime/collect-report.ts';
import { AttestationClient } from '../site/attestation-client.ts';
import { withObject } from '../tpm/object.ts';
import { establishKey } from './establish-key.ts';
import { type Host, siteClient, withTpm } from './host.ts';
import { requireIdentity } from './identity.ts';

/** Attests over HTTPS and keeps what came of it. A device that got its TPM later shows its key first. */
export async function attest(host: Host): Promise<ResultMessage> {
  const { connect } = await requireIdentity(host);
  const client = new AttestationClient(siteClient(host, connect));
  if ((await host.state.read('attestation.json')) === undefined) await establishKey(host, client);
  const result = await client.present(await answer(host, await client.challenge()));
  await keepResult(host, result);
  return result;
}

/** The evidence that a challenge asks for, encoded. @throws as {@link gather} */
export const answer = async (host: Host, challenge: ChallengeMessage): Promise<Uint8Array> =>
  encodeTpmEvidence(await gather(host, challenge));

/** The evidence that a challenge asks for. @throws KitenError `agent/not-enrolled`, `agent/tpm-…`, `agent/…` */
export async function gather(host: Host, challenge: ChallengeMessage): Promise<TpmEvidence> {
  const seed = await storedSeed(host.state);
  if (seed === undefined) {
    throw new KitenError(
      'agent/not-enrolled',
      'No key attests for this device yet: run "kiten-agent enrol".',
    );
  }
  const report = await runtimeReport(host, challenge);
  return withTpm(host, (tpm) =>
    withObject(tpm, createAttestationKey(tpm, seed), (key) =>
      collectEvidence(tpm, key, challenge, host.configuration.logs, report),
    ),
  );
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

export const keepResult = (host: Host, result: ResultMessage): Promise<void> =>
  host.state.write('result.json', encodeResult(result));
