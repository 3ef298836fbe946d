import { attempt, equalBytes, KitenError } from '@kiten/codec';
import { decodeTpmSignature } from '@kiten/wire';
import type { TpmKey } from '../keys/attestation-key.ts';
import { type SignatureProblem, signatureProblem } from '../keys/tpm-signature.ts';
import { decodeRuntimeReport } from './decode-report.ts';
import type { RuntimeReport, SignedReport } from './runtime-report.ts';

export type ReportProblem =
  | SignatureProblem
  | 'signature-unreadable'
  | 'report-unreadable'
  /** It names another key as the one that signs it. */
  | 'signer'
  /** It answers another nonce. */
  | 'nonce';

export type CheckedReport =
  | { readonly problem: ReportProblem; readonly code?: string; readonly report?: RuntimeReport }
  | { readonly problem?: undefined; readonly report: RuntimeReport };

/**
 * Checks who signed a report and that it answers a nonce. What a report says of its signer is looked at even if the
 * signature doesn't hold: it proves nothing, and tells whose report it is instead.
 *
 * @param nonce not checked if undefined
 */
export function checkRuntimeReport(
  { report: bytes, signature }: SignedReport,
  key: TpmKey,
  nonce: Uint8Array | undefined,
): CheckedReport {
  const signed = attempt(() => decodeTpmSignature(signature));
  if (signed instanceof KitenError) return { problem: 'signature-unreadable', code: signed.code };
  const problem = signatureProblem(bytes, signed, key);
  const report = attempt(() => decodeRuntimeReport(bytes));
  if (report instanceof KitenError) {
    return { problem: problem ?? 'report-unreadable', code: report.code };
  }
  if (key.name !== undefined && !equalBytes(report.signer, key.name)) return { problem: 'signer', report };
  if (problem !== undefined) return { problem, report };
  if (nonce !== undefined && !equalBytes(report.nonce, nonce)) return { problem: 'nonce', report };
  return { report };
}
