import { endorsementCertificate, type KeyConfirmed } from '@kiten/attestation';
import { KitenError, toHex } from '@kiten/codec';
import { createAttestationKey, newSeed, storedSeed } from '../evidence/attestation-key.ts';
import type { AttestationClient } from '../site/attestation-client.ts';
import { activateCredential } from '../tpm/activate-credential.ts';
import { createEndorsementKey, endorsementChain, endorsementKeys } from '../tpm/endorsement-key.ts';
import { withObject } from '../tpm/object.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { type Host, withTpm } from './host.ts';

const maximumIntermediates = 4;

/**
 * Shows the site which key attests for this device: in the TPM whose endorsement key the site sees, or the secret
 * could not be read (TPM 2.0 Library, Part 1, 24). What the site then says is kept.
 *
 * @param token headers for a device that has no certificate yet
 */
export function establishKey(
  host: Host,
  client: AttestationClient,
  token?: Readonly<Record<string, string>>,
): Promise<KeyConfirmed> {
  return withTpm(host, async (tpm) => {
    const confirmed = await activate(host, tpm, client, token).catch((error: unknown) => {
      if (!isForgotten(error)) throw error;
      return activate(host, tpm, client, token);
    });
    await host.state.write('attestation.json', `${JSON.stringify(describeConfirmed(confirmed))}\n`);
    return confirmed;
  });
}

async function activate(
  host: Host,
  tpm: Tpm,
  client: AttestationClient,
  token?: Readonly<Record<string, string>>,
): Promise<KeyConfirmed> {
  const { attestation = 'ecc', endorsement } = host.configuration.tpm ?? {};
  const seed = (await storedSeed(host.state)) ?? (await newSeed(host.state, attestation, host.random));
  const [kept] = await endorsementKeys(tpm, endorsement);
  const intermediates = (await endorsementChain(tpm)).slice(0, maximumIntermediates);
  return withObject(tpm, createEndorsementKey(tpm, kept!), (endorsementKey) =>
    withObject(tpm, createAttestationKey(tpm, seed), async (attestationKey) => {
      const { activation, credential, secret } = await client.proposeKey(
        {
          endorsementKey: endorsementKey.publicArea,
          attestationKey: attestationKey.publicArea,
          ...(kept!.certificate === undefined
            ? {}
            : { endorsementCertificate: endorsementCertificate(kept!.certificate).der }),
          ...(intermediates.length === 0 ? {} : { intermediates }),
        },
        token,
      );
      const keys = { attestationKey, endorsementKey };
      const found = await activateCredential(tpm, keys, credential, secret, host.random);
      return client.confirmKey({ activation, secret: found }, token);
    }),
  );
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
