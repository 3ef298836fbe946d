import { type Sha256, toHex } from '@kiten/codec';
import type { Evidence, Finding } from '@kiten/trust';
import { gatewayFindings } from '../findings.ts';

/** The digest by which a finding names the evidence it rests on. */
export function premiseOf(evidence: Evidence, sha256: Sha256): string {
  return `sha256:${toHex(sha256(evidence.body))}`;
}

/** Evidence that cannot be parsed is a finding, not an exception. */
export function unreadable(evidence: Evidence, appraiser: string, sha256: Sha256): Finding {
  return gatewayFindings.finding('gateway/evidence-unreadable', {
    subject: evidence.subject,
    aspect: 'form',
    appraiser,
    at: evidence.receivedAt,
    premises: [premiseOf(evidence, sha256)],
    parameters: { mediaType: evidence.mediaType.slice(0, 128).toWellFormed() },
  });
}
