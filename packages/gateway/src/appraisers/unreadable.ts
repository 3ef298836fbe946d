import type { Finding, SealedEvidence } from '@kiten/trust';
import { gatewayFindings } from '../findings.ts';

/** Evidence that cannot be parsed is a finding, not an exception. */
export function unreadable(evidence: SealedEvidence, appraiser: string): Finding {
  return gatewayFindings.finding('gateway/evidence-unreadable', {
    subject: evidence.subject,
    aspect: 'form',
    appraiser,
    at: evidence.receivedAt,
    premises: [evidence.digest],
    parameters: { mediaType: evidence.mediaType.slice(0, 128).toWellFormed() },
  });
}
