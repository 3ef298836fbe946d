import {
  type ChallengeMessage,
  encodeResult,
  encodeTpmEvidence,
  type ResultMessage,
} from '@kiten/attestation';
import { AttestationClient } from '../site/attestation-client.ts';
import { establishKey } from './establish-key.ts';
import { gather } from './gather.ts';
import { type Host, siteClient } from './host.ts';
import { requireIdentity } from './identity.ts';

/** Attests over HTTPS and keeps what came of it. A device that got its TPM later shows its key first. */
export async function attest(host: Host): Promise<ResultMessage> {
  const { connect } = await requireIdentity(host);
  const client = new AttestationClient(siteClient(host, connect));
  if ((await host.state.read('attestation.json')) === undefined) await establishKey(host, client);
  const result = await host.attestations.take(async () =>
    client.present(await answer(host, await client.challenge())),
  );
  await keepResult(host, result);
  return result;
}

/** The evidence that a challenge asks for, encoded. @throws as {@link gather} */
export const answer = async (host: Host, challenge: ChallengeMessage): Promise<Uint8Array> =>
  encodeTpmEvidence(await gather(host, challenge));

export const keepResult = (host: Host, result: ResultMessage): Promise<void> =>
  host.state.write('result.json', encodeResult(result));
