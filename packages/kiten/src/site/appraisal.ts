import { attestationFindings } from '@kiten/attestation';
import { gatewayFindings, sessionOverlapAppraiser, topicProbingAppraiser } from '@kiten/gateway';
import {
  createIdentityAppraiser,
  createPasswordAppraiser,
  identityFindings,
  nodeVerify,
  type Authority as SiteAuthority,
  sha256,
} from '@kiten/identity';
import { measurementFindings, streamAppraiser } from '@kiten/measurement';
import {
  type Appraiser,
  type Authority,
  createVouchingAppraiser,
  type Finding,
  type FindingRegistry,
  mergeFindings,
  type SealedEvidence,
  vouchingFindings,
} from '@kiten/trust';

/** Every code that this site's appraisers can find, with its sentences. */
export const findingRegistry: FindingRegistry = mergeFindings(
  identityFindings,
  attestationFindings,
  gatewayFindings,
  vouchingFindings,
  measurementFindings,
);

/** Turns evidence into findings by whichever appraisers know its media type. */
export function openAppraisal(
  site: SiteAuthority,
  authorityOf: (keyId: Uint8Array) => Authority | undefined,
): (evidence: SealedEvidence) => readonly Finding[] {
  const appraisers: readonly Appraiser[] = [
    createIdentityAppraiser({
      trustDomain: site.trustDomain,
      // There may be another one by the time that a certificate is looked at.
      get issuers() {
        return site.issuers;
      },
      verify: nodeVerify,
    }),
    sessionOverlapAppraiser(),
    topicProbingAppraiser(),
    createPasswordAppraiser(),
    streamAppraiser(),
    createVouchingAppraiser(authorityOf, sha256),
  ];
  return (evidence) =>
    appraisers
      .filter(({ mediaTypes }) => mediaTypes.includes(evidence.mediaType))
      .flatMap((appraiser) => [...appraiser.appraise(evidence, [])]);
}
