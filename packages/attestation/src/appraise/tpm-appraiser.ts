import { attempt, KitenError } from '@kiten/codec';
import type { Appraisal, ContinuingAppraiser, NamedEvidence } from '@kiten/trust';
import { answeredNonce } from '../evidence/answered-nonce.ts';
import { decodeTpmEvidence, tpmEvidenceMediaType } from '../evidence/tpm-evidence.ts';
import { type AppraisalContext, type AppraisedEvidence, appraiseTpmEvidence } from './appraise-evidence.ts';
import { conclude } from './conclusion.ts';
import { appraiserName, findingsOf } from './findings-of.ts';

/** What a TPM's evidence is appraised with. */
export interface TpmAppraisalContext extends Omit<AppraisalContext, 'nonce'> {
  /**
   * What it is said to answer; that of its first quote unless given. Whether that nonce counts is for whoever gave it out
   * to say: a finding rests on it having been given to this device.
   */
  readonly nonce?: Uint8Array;
  /** Until when what affirms holds, in milliseconds since the Unix epoch. */
  readonly holdsUntil: number;
}

/** What an appraisal leaves beside its findings. */
export interface TpmMemory extends Pick<AppraisedEvidence, 'state' | 'fingerprints'> {
  /** What all of the evidence was held against; absent if it answers nothing that can be read. */
  readonly nonce?: Uint8Array;
}

/** The appraiser of TPMs: nothing but evidence and context goes in, so that it works in any thread. */
export const tpmAppraiser: ContinuingAppraiser<TpmAppraisalContext, TpmMemory> = {
  name: appraiserName,
  mediaTypes: [tpmEvidenceMediaType],
  appraise(evidence, context) {
    const decoded = attempt(() => decodeTpmEvidence(evidence.body));
    if (decoded instanceof KitenError) return unreadable(decoded.code, evidence, context);
    const nonce = context.nonce ?? answeredNonce(decoded);
    if (nonce === undefined) return unreadable('quote', evidence, context);
    const { conclusions, ...memory } = appraiseTpmEvidence(decoded, { ...context, nonce });
    return { findings: findingsOf(conclusions, about(evidence, context)), memory: { ...memory, nonce } };
  },
};

/** Whoever sent what cannot be read is to be seen. */
function unreadable(
  problem: string,
  evidence: NamedEvidence,
  context: TpmAppraisalContext,
): Appraisal<TpmMemory> {
  const conclusions = [conclude('evidence-unreadable', 'quote', { problem })];
  return { findings: findingsOf(conclusions, about(evidence, context)), memory: {} };
}

const about = (
  { subject, receivedAt, digest }: NamedEvidence,
  { holdsUntil }: Pick<TpmAppraisalContext, 'holdsUntil'>,
) => ({ subject, at: receivedAt, holdsUntil, premises: [digest] });
