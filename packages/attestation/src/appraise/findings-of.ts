import { type Finding, type Subject, tierOf } from '@kiten/trust';
import { attestationFindings } from '../findings/attestation-findings.ts';
import type { Conclusion } from './conclusion.ts';

export interface FindingsContext {
  readonly subject: Subject;
  /** Milliseconds since the Unix epoch: when the evidence was received. */
  readonly at: number;
  /** Until when what affirms holds: when the device has to have attested again. */
  readonly holdsUntil: number;
  /** `sha256:` and the digest of the evidence, as it is sealed. */
  readonly premises: readonly string[];
}

/** The name under which findings of this package supersede each other. */
export const appraiserName = 'attestation';

/** Conclusions as findings. */
export function findingsOf(
  conclusions: readonly Conclusion[],
  { holdsUntil, ...about }: FindingsContext,
): readonly Finding[] {
  return conclusions.map(({ code, aspect, parameters }) => {
    const affirms = tierOf(attestationFindings.get(code)?.value ?? 0) === 'affirming';
    const fields = { ...about, appraiser: appraiserName, aspect, parameters };
    return attestationFindings.finding(code, affirms ? { ...fields, holdsUntil } : fields);
  });
}
