import { decodePublicArea, readTpm, TpmWriter } from '@kiten/wire';
import type { TpmObject } from './object.ts';
import { type Random, withEndorsementPolicy } from './session.ts';
import { emptyPassword, type Tpm } from './tpm.ts';

const maximumSecret = 64;
const nothing = new Uint8Array(0);

/**
 * Reads the secret of a credential that was made for this TPM's endorsement key and for the name of this attestation
 * key (TPM 2.0 Library, Part 3, 12.5).
 *
 * @param credential TPM2B_ID_OBJECT
 * @param encryptedSecret TPM2B_ENCRYPTED_SECRET
 * @throws KitenError `agent/tpm-refused` with TPM_RC_INTEGRITY (or of the ciphertext) if it is for another; `wire/tpm-…`
 */
export async function activateCredential(
  tpm: Tpm,
  keys: { readonly attestationKey: TpmObject; readonly endorsementKey: TpmObject },
  credential: Uint8Array,
  encryptedSecret: Uint8Array,
  random: Random,
): Promise<Uint8Array> {
  const { attestationKey, endorsementKey } = keys;
  // Both are one TPM2B each, and nothing else may hide behind them.
  for (const part of [credential, encryptedSecret]) readTpm(part, (reader) => reader.sized(1024));
  const parameters = new TpmWriter().octets(credential).octets(encryptedSecret).result();
  const activate = async (session: number | undefined): Promise<Uint8Array> => {
    const byPolicy = { session: session ?? 0, nonce: nothing, attributes: 0, proof: nothing };
    const request = {
      handles: [attestationKey.handle, endorsementKey.handle],
      authorizations: [emptyPassword, session === undefined ? emptyPassword : byPolicy],
      parameters,
    };
    return (await tpm.command('activateCredential', request, (reader) => reader.sized(maximumSecret))).value;
  };
  // The keys of the high range may be used with their password, which is empty.
  const hasPassword = decodePublicArea(endorsementKey.publicArea).attributes.has('userWithAuth');
  return hasPassword ? activate(undefined) : withEndorsementPolicy(tpm, random, activate);
}
