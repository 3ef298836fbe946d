import { gatewayFindings, sessionOverlapAppraiser, topicProbingAppraiser } from '@kiten/gateway';
import type { Authority } from '@kiten/identity';
import { createIdentityAppraiser, identityFindings, nodeVerify, sha256 } from '@kiten/identity';
import {
  type Appraiser,
  type Evidence,
  type Finding,
  type FindingRegistry,
  mergeFindings,
} from '@kiten/trust';

/** Every code that this site's appraisers can find, with its sentences. */
export const findingRegistry: FindingRegistry = mergeFindings(identityFindings, gatewayFindings);

/** Turns evidence into findings by whichever appraisers know its media type. */
export function openAppraisal({
  trustDomain,
  issuers,
}: Authority): (evidence: Evidence) => readonly Finding[] {
  const appraisers: readonly Appraiser[] = [
    createIdentityAppraiser({ trustDomain, issuers, verify: nodeVerify }),
    sessionOverlapAppraiser(sha256),
    topicProbingAppraiser(sha256),
  ];
  return (evidence) =>
    appraisers
      .filter(({ mediaTypes }) => mediaTypes.includes(evidence.mediaType))
      .flatMap((appraiser) => [...appraiser.appraise(evidence, [])]);
}
