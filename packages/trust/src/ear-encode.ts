import { type EarAppraisal, type EarClaims, earVerdictClaim } from './ear-claims.ts';
import { earNames, earProfile } from './ear-profiles.ts';

const names = earNames[earProfile];

/** The claims set of an EAR as draft-ietf-rats-ear-03 writes it in JSON (§3.2). */
export function earToJson(claims: EarClaims): Record<string, unknown> {
  return {
    eat_profile: earProfile,
    ...(claims.issuer !== undefined && { iss: claims.issuer }),
    iat: claims.issuedAt,
    ...(claims.notBefore !== undefined && { nbf: claims.notBefore }),
    ...(claims.expiresAt !== undefined && { exp: claims.expiresAt }),
    ...(claims.nonces.length > 0 && {
      eat_nonce: claims.nonces.length === 1 ? claims.nonces[0] : claims.nonces,
    }),
    [names.verifierId]: { developer: claims.verifierId.developer, build: claims.verifierId.build },
    ...(claims.status !== undefined && { [names.status]: claims.status }),
    submods: Object.fromEntries(
      Object.entries(claims.submods).map(([label, appraisal]) => [label, appraisalToJson(appraisal)]),
    ),
  };
}

function appraisalToJson(appraisal: EarAppraisal): Record<string, unknown> {
  return {
    [names.status]: appraisal.status,
    ...(appraisal.vector !== undefined && { [names.vector]: appraisal.vector }),
    ...(appraisal.policyIds.length > 0 && { [names.policyIds]: appraisal.policyIds }),
    ...(appraisal.verdict !== undefined && { [earVerdictClaim]: appraisal.verdict }),
  };
}
