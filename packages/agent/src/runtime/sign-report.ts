import { encodeRuntimeReport, type SignedReport } from '@kiten/attestation';
import { type TpmHash, tpmAlgorithm, tpmHashOf } from '@kiten/wire';
import { signOctets } from '../tpm/sign.ts';
import type { Tpm } from '../tpm/tpm.ts';
import type { CollectedReport } from './collect-report.ts';

const sha256: TpmHash = tpmHashOf(tpmAlgorithm.sha256)!;

/**
 * Binds a report to a verifier's nonce and signs it with the attestation key.
 *
 * @param key its handle
 * @param name its name
 * @param hash of its scheme: SHA-256 unless given
 * @throws KitenError `agent/tpm-…`
 */
export async function signReport(
  tpm: Tpm,
  key: { readonly handle: number; readonly name: Uint8Array },
  collected: CollectedReport,
  nonce: Uint8Array,
  hash = sha256,
): Promise<SignedReport> {
  const report = encodeRuntimeReport({ ...collected, nonce, signer: key.name });
  return { report, signature: await signOctets(tpm, key.handle, hash, report) };
}
