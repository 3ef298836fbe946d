import { endorsementCertificate, type KeyConfirmed, type KeyRequest } from '@kiten/attestation';
import { KitenError, toHex } from '@kiten/codec';
import {
  type AttestationKeySeed,
  createAttestationKey,
  newSeed,
  storedSeed,
} from '../evidence/attestation-key.ts';
import type { AttestationClient } from '../site/attestation-client.ts';
import { activateCredential } from '../tpm/activate-credential.ts';
import {
  createEndorsementKey,
  type EndorsementKey,
  endorsementChain,
  endorsementKeys,
} from '../tpm/endorsement-key.ts';
import type { TpmKeyKind } from '../tpm/key-template.ts';
import { type TpmObject, withObject } from '../tpm/object.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { type Host, withTpm } from './host.ts';

const maximumIntermediates = 4;

/**
 * Shows the site which key attests for this device: in the TPM whose endorsement key the site sees, or the secret
 * could not be read (TPM 2.0 Library, Part 1, 24). What the site then says is kept.
 *
 * @param token headers for a device that has no certificate yet
 */
export async function establishKey(
  host: Host,
  client: AttestationClient,
  token?: Readonly<Record<string, string>>,
): Promise<KeyConfirmed> {
  const confirmed = await activate(host, client, token).catch((error: unknown) => {
    if (!isForgotten(error)) throw error;
    return activate(host, client, token);
  });
  await host.state.write('attestation.json', `${JSON.stringify(describeConfirmed(confirmed))}\n`);
  return confirmed;
}

async function activate(
  host: Host,
  client: AttestationClient,
  token?: Readonly<Record<string, string>>,
): Promise<KeyConfirmed> {
  const { attestation = 'ecc', endorsement } = host.configuration.tpm ?? {};
  const seed = (await storedSeed(host.state)) ?? (await newSeed(host.state, attestation, host.random));
  const keys = <Value>(use: (keys: Keys) => Promise<Value>) =>
    withTpm(host, (tpm) => withKeys(tpm, seed, endorsement, use));
  // The TPM is not held while the site is asked: a key in it may have to sign for that.
  const request = await keys(describeKeys);
  const { activation, credential, secret } = await client.proposeKey(request, token);
  const found = await keys(({ tpm, ...both }) =>
    activateCredential(tpm, both, credential, secret, host.random),
  );
  return client.confirmKey({ activation, secret: found }, token);
}

interface Keys {
  readonly tpm: Tpm;
  readonly endorsement: EndorsementKey;
  readonly attestationKey: TpmObject;
  readonly endorsementKey: TpmObject;
}

async function withKeys<Value>(
  tpm: Tpm,
  seed: AttestationKeySeed,
  kind: TpmKeyKind | undefined,
  use: (keys: Keys) => Promise<Value>,
): Promise<Value> {
  const [kept] = await endorsementKeys(tpm, kind);
  return withObject(tpm, createEndorsementKey(tpm, kept!), (endorsementKey) =>
    withObject(tpm, createAttestationKey(tpm, seed), (attestationKey) =>
      use({ tpm, endorsement: kept!, attestationKey, endorsementKey }),
    ),
  );
}
async function describeKeys({ tpm, endorsement, ...keys }: Keys): Promise<KeyRequest> {
  const { certificate } = endorsement;
  const intermediates = (await endorsementChain(tpm)).slice(0, maximumIntermediates);
  return {
    endorsementKey: keys.endorsementKey.publicArea,
    attestationKey: keys.attestationKey.publicArea,
    ...(certificate === undefined ? {} : { endorsementCertificate: endorsementCertificate(certificate).der }),
    ...(intermediates.length === 0 ? {} : { intermediates }),
  };
}

/** A site that was started again in between does not know any more what it asked for. */
const isForgotten = (error: unknown): boolean =>
  error instanceof KitenError &&
  error.code === 'agent/site-refused' &&
  error.detail?.code === 'kiten/activation-unknown';

/** As it is printed and kept. */
export const describeConfirmed = ({ device, attestationKey, endorsement }: KeyConfirmed) => ({
  device,
  attestationKey: toHex(attestationKey),
  endorsement: 'vendor' in endorsement ? `vendor ${endorsement.vendor}` : endorsement.problem,
});
